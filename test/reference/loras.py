"""LoRAs in each format through `load_lora_weights`: one pass of the transformer, and a whole edit of four steps."""

import diffusers.pipelines.qwenimage.pipeline_qwenimage_edit_plus as edit_plus
import torch

from edits import REFERENCE_AREA, edit
from reference import checkpoint_folder, load_pipeline, picture, save_golden
from transformer import SIGMAS, run

FORMATS = ["diffusers", "lightning", "comfy", "kohya", "dora"]
STACK = {"diffusers": 0.7, "kohya": -0.5}


def main(folder):
    edit_plus.VAE_IMAGE_SIZE = REFERENCE_AREA
    pipeline = load_pipeline(folder)
    source = picture(51, 90, 70)
    inputs = {"latents": seeded_latents(), "prompt": seeded_prompt(pipeline)}
    golden = {**inputs, "picture": source, "output.base": run(pipeline.transformer, *inputs.values(), SIGMAS[0])}
    for name in FORMATS:
        with_loras(pipeline, folder, {name: 1.0})
        golden |= results(pipeline, name, inputs, source)
        pipeline.unload_lora_weights()
    with_loras(pipeline, folder, {"comfy": 0.4})
    golden |= {"output.weak": run(pipeline.transformer, *inputs.values(), SIGMAS[0])}
    pipeline.unload_lora_weights()
    with_loras(pipeline, folder, STACK)
    golden |= results(pipeline, "stack", inputs, source)
    pipeline.unload_lora_weights()
    save_golden("loras", golden, formats=FORMATS, weak={"comfy": 0.4}, stack=STACK, sigma=SIGMAS[0])


def with_loras(pipeline, folder, weights):
    for name in weights:
        pipeline.load_lora_weights(folder / "loras", weight_name=f"{name}.safetensors", adapter_name=name)
    pipeline.set_adapters(list(weights), list(weights.values()))


def results(pipeline, name, inputs, source):
    edited = edit(pipeline, name, [source])
    return {
        f"output.{name}": run(pipeline.transformer, *inputs.values(), SIGMAS[0]),
        f"edit.{name}.latents": edited[f"{name}.latents.4"],
        f"edit.{name}": edited[f"{name}.output"],
    }


def seeded_latents():
    return torch.randn(54, 64, generator=torch.Generator().manual_seed(61))


def seeded_prompt(pipeline):
    return torch.randn(7, pipeline.transformer.config.joint_attention_dim, generator=torch.Generator().manual_seed(62))


if __name__ == "__main__":
    main(checkpoint_folder())
