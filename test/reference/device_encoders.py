"""Text encoder and autoencoder at their published sizes with random weights on a GPU: makes them, and times the reference on them.

    python device_encoders.py CHECKPOINT FOLDER

CHECKPOINT is the random one, for its tokenizer and processor. Writes `vae/`, `text_encoder/` (bfloat16, 15 GB), `tokenizer/`,
`processor/` and `answers.safetensors`; `node dist/deviceEncoders.mjs FOLDER` does the same with Evalmark.
"""

import json
import shutil
import sys
import time
from pathlib import Path

import numpy as np
import torch
from diffusers import AutoencoderKLQwenImage
from PIL import Image
from safetensors.torch import save_file
from transformers import Qwen2_5_VLConfig, Qwen2_5_VLForConditionalGeneration, Qwen2Tokenizer
from transformers.models.qwen2_vl.image_processing_pil_qwen2_vl import Qwen2VLImageProcessorPil

PROMPT = "Turn the camera to the left and make the light warmer."
TEMPLATE = (
    "<|im_start|>system\nDescribe the key features of the input image (color, shape, size, texture, objects, background), then explain how the "
    "user's text instruction should alter or modify the image. Generate a new image that meets the user's requirements while maintaining "
    "consistency with the original input where appropriate.<|im_end|>\n<|im_start|>user\n{}<|im_end|>\n<|im_start|>assistant\n"
)
SIDE = 1024
TEXT = {
    "hidden_size": 3584, "intermediate_size": 18944, "num_attention_heads": 28, "num_key_value_heads": 4, "num_hidden_layers": 28,
    "rms_norm_eps": 1e-6, "rope_theta": 1e6, "max_position_embeddings": 128000, "vocab_size": 152064,
    "rope_scaling": {"mrope_section": [16, 24, 24], "rope_type": "default", "type": "default"},
}
VISION = {
    "depth": 32, "fullatt_block_indexes": [7, 15, 23, 31], "hidden_size": 1280, "intermediate_size": 3420, "num_heads": 16,
    "out_hidden_size": 3584, "patch_size": 14, "spatial_merge_size": 2, "temporal_patch_size": 2, "window_size": 112,
}


def main(checkpoint, folder):
    torch.set_grad_enabled(False)
    torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = False
    torch.manual_seed(1)
    answers = autoencoder(folder)
    save(answers, folder)
    save(answers | text_encoder(checkpoint, folder), folder)


def save(answers, folder):
    values = {name: value.float().cpu().contiguous() for name, value in answers.items()}
    save_file(values, folder / "answers.safetensors", metadata={"prompt": PROMPT})


def autoencoder(folder):
    model = AutoencoderKLQwenImage().eval().cuda()
    for name, parameter in model.named_parameters():
        values = torch.randn_like(parameter)
        if name.endswith("gamma"):
            parameter.copy_(1 + 0.1 * values)
        elif name.endswith("bias"):
            parameter.copy_(0.05 * values)
        else:
            # Only one tap in time meets a single frame.
            parameter.copy_(values * (parameter[0].numel() // (parameter.shape[2] if parameter.dim() == 5 else 1)) ** -0.5)
    model.save_pretrained(folder / "vae")
    means, deviations = (torch.tensor(values, device="cuda").view(1, 16, 1, 1, 1) for values in (model.config.latents_mean, model.config.latents_std))
    pixels = torch.from_numpy(pattern(SIDE, SIDE)).cuda().permute(2, 0, 1).float().div(255).mul(2).sub(1)[None, :, None]
    latents = timed("autoencoder encodes, float32", lambda: (model.encode(pixels).latent_dist.mode() - means) / deviations)
    decoded = timed("autoencoder decodes, float32", lambda: model.decode(latents * deviations + means).sample)
    return {"picture": pixels[0, :, 0], "latents": latents[0, :, 0], "decoded": decoded[0, :, 0]}


def text_encoder(checkpoint, folder):
    tokenizer = Qwen2Tokenizer.from_pretrained(checkpoint / "tokenizer")
    for name in ("tokenizer", "processor"):
        shutil.copytree(checkpoint / name, folder / name, dirs_exist_ok=True)
    config = Qwen2_5_VLConfig(**TEXT, vision_config=VISION, image_token_id=tokenizer.convert_tokens_to_ids("<|image_pad|>"))
    make_weights(config, folder / "text_encoder")
    processor = Qwen2VLImageProcessorPil.from_pretrained(checkpoint / "processor")
    pictures = [pattern(384, 384), pattern(512, 288)]
    answers = {f"promptPicture.{index}": torch.from_numpy(each) for index, each in enumerate(pictures)}
    for name, dtype in (("exact", torch.float32), ("rounded", torch.bfloat16)):
        torch.cuda.empty_cache()
        began = time.perf_counter()
        model = Qwen2_5_VLForConditionalGeneration.from_pretrained(folder / "text_encoder", dtype=dtype, device_map="cuda")
        print(json.dumps({"what": f"text encoder loads, {dtype}", "seconds": round(time.perf_counter() - began, 2)}), flush=True)
        inputs = prompt_inputs(tokenizer, processor, pictures, dtype)
        hidden = timed(f"text encoder reads {inputs['input_ids'].shape[1]} tokens, {dtype}", lambda: model.model(**inputs).last_hidden_state)
        answers[name] = hidden[0, 64:]
        del model
    return answers


def prompt_inputs(tokenizer, processor, pictures, dtype):
    """As the pipeline writes them; with the places of pictures, which it forgets with transformers 5."""
    seen = processor([Image.fromarray(each) for each in pictures], return_tensors="pt")
    counts = [int(rows.prod()) // 4 for rows in seen["image_grid_thw"]]
    images = "".join(f"Picture {index + 1}: <|vision_start|>{'<|image_pad|>' * count}<|vision_end|>" for index, count in enumerate(counts))
    ids = tokenizer(TEMPLATE.format(images + PROMPT), return_tensors="pt").input_ids.cuda()
    image_token = tokenizer.convert_tokens_to_ids("<|image_pad|>")
    return {
        "input_ids": ids, "attention_mask": torch.ones_like(ids), "pixel_values": seen["pixel_values"].cuda().to(dtype),
        "image_grid_thw": seen["image_grid_thw"].cuda(), "mm_token_type_ids": (ids == image_token).int(),
    }


def make_weights(config, folder):
    folder.mkdir(parents=True, exist_ok=True)
    with torch.device("meta"):
        model = Qwen2_5_VLForConditionalGeneration(config)
    config.save_pretrained(folder)
    weight_map, shard, count = {}, {}, 0
    for name, parameter in model.state_dict().items():
        values = torch.randn(parameter.shape, device="cuda")
        if parameter.dim() > 1:
            values *= parameter[0].numel() ** -0.5
        else:
            values = 0.1 * values + (1 if "norm" in name or "ln_q" in name else 0)
        shard[name] = values.bfloat16().cpu()
        weight_map[name] = f"model-{count + 1:05}.safetensors"
        if sum(tensor.nbytes for tensor in shard.values()) > 5 * 2**30:
            save_file(shard, folder / weight_map[name], metadata={"format": "pt"})
            shard, count = {}, count + 1
    if shard:
        save_file(shard, folder / f"model-{count + 1:05}.safetensors", metadata={"format": "pt"})
    (folder / "model.safetensors.index.json").write_text(json.dumps({"metadata": {}, "weight_map": weight_map}))


def pattern(width, height):
    y, x = np.mgrid[0:height, 0:width] / max(width, height)
    waves = [128 + 100 * np.sin(2 * np.pi * ((channel + 1) * x + 2 * y) + channel) for channel in range(3)]
    return np.clip(np.round(np.stack(waves, axis=-1)), 0, 255).astype(np.uint8)


def timed(what, compute):
    """The second of two runs, the first one warms up."""
    torch.cuda.reset_peak_memory_stats()
    for _ in range(2):
        torch.cuda.synchronize()
        began = time.perf_counter()
        value = compute()
        torch.cuda.synchronize()
        seconds = time.perf_counter() - began
    print(json.dumps({"what": what, "seconds": round(seconds, 4), "peakAllocatedGigabytes": round(torch.cuda.max_memory_allocated() / 1e9, 2)}), flush=True)
    return value


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve(), Path(sys.argv[2]).resolve())
