"""The transformer at its published size with random weights on a GPU: makes them, and times diffusers on them.

    python device_transformer.py make FOLDER [LAYERS]
    python device_transformer.py time FOLDER

`make` writes bfloat16 shards with the real names (41 GB for 60 layers) and the numbers that go in; `time` prints what
diffusers in eager mode took, and writes what it answers. `node dist/deviceTransformer.mjs FOLDER` does the same with Evalmark.
"""

import json
import subprocess
import sys
import time
from pathlib import Path

import torch
from diffusers import QwenImageTransformer2DModel
from safetensors.torch import load_file, save_file

# One square megapixel from one reference picture of the same size, and a prompt of usual length with its picture.
SHAPES = [(1, 64, 64), (1, 64, 64)]
PROMPT_TOKENS = 420
SIGMA = 0.75
STEPS = 8
SHARD_BYTES = 5 * 2**30


def make(folder, layers):
    folder.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(1)
    with torch.device("meta"):
        model = QwenImageTransformer2DModel(num_layers=layers)
    (folder / "config.json").write_text(json.dumps({**dict(model.config), "_class_name": "QwenImageTransformer2DModel"}))
    weight_map, shard, count = {}, {}, 0
    for name, parameter in model.state_dict().items():
        shard[name] = random_weights(name, parameter).cpu()
        weight_map[name] = f"diffusion_pytorch_model-{count + 1:05}.safetensors"
        if sum(tensor.nbytes for tensor in shard.values()) > SHARD_BYTES:
            save_file(shard, folder / weight_map[name])
            shard, count = {}, count + 1
    if shard:
        save_file(shard, folder / f"diffusion_pytorch_model-{count + 1:05}.safetensors")
    (folder / "diffusion_pytorch_model.safetensors.index.json").write_text(json.dumps({"metadata": {}, "weight_map": weight_map}))
    tokens = sum(f * h * w for f, h, w in SHAPES)
    inputs = {"latents": torch.randn(tokens, 64), "prompt": torch.randn(PROMPT_TOKENS, 3584) * 3, "sigma": torch.tensor([SIGMA])}
    save_file(inputs, folder / "inputs.safetensors")


def random_weights(name, parameter):
    """Norm weights lie about one; matrices keep the size of what goes through them."""
    tensor = torch.randn(parameter.shape, dtype=torch.float32, device="cuda")
    if parameter.ndim == 1:
        return (1 + 0.1 * tensor if name.endswith("weight") else 0.01 * tensor).to(torch.bfloat16)
    return (tensor * 0.02).to(torch.bfloat16)


def measure(folder):
    torch.cuda.init()
    began = time.perf_counter()
    model = QwenImageTransformer2DModel.from_pretrained(folder, torch_dtype=torch.bfloat16).to("cuda").eval()
    torch.cuda.synchronize()
    load = time.perf_counter() - began
    inputs = load_file(folder / "inputs.safetensors", device="cuda")
    arguments = {
        "hidden_states": inputs["latents"][None].to(torch.bfloat16),
        "encoder_hidden_states": inputs["prompt"][None].to(torch.bfloat16),
        "timestep": inputs["sigma"].to(torch.bfloat16),
        "img_shapes": [SHAPES],
        "return_dict": False,
    }
    seconds = []
    with torch.no_grad():
        for _ in range(STEPS):
            began = time.perf_counter()
            output = model(**arguments)[0]
            torch.cuda.synchronize()
            seconds.append(time.perf_counter() - began)
    target = SHAPES[0][1] * SHAPES[0][2]
    save_file({"output": output[0, :target].float().cpu().contiguous()}, folder / "output.safetensors")
    used = subprocess.run(
        ["nvidia-smi", "--query-gpu=memory.used", "--format=csv,noheader,nounits"], capture_output=True, text=True, check=False
    ).stdout.strip()
    figures = {
        "what": "diffusers eager bf16",
        "layers": model.config.num_layers,
        "loadSeconds": round(load, 2),
        "firstStepSeconds": round(seconds[0], 3),
        "stepSeconds": round(sorted(seconds[1:])[len(seconds[1:]) // 2], 4),
        "peakAllocatedGigabytes": round(torch.cuda.max_memory_allocated() / 1e9, 2),
        "deviceUsedMebibytes": int(used or 0),
        "torch": torch.__version__,
        "device": torch.cuda.get_device_name(),
    }
    print(json.dumps(figures), flush=True)


if __name__ == "__main__":
    if sys.argv[1] == "make":
        make(Path(sys.argv[2]), int(sys.argv[3]) if len(sys.argv) > 3 else 60)
    else:
        measure(Path(sys.argv[2]))
