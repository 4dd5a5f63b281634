"""Whole edits, four steps each: plain, guided by a negative prompt, with two pictures, with Lightning's schedule."""

import diffusers.pipelines.qwenimage.pipeline_qwenimage_edit_plus as edit_plus
import numpy as np
import torch
from PIL import Image

from reference import checkpoint_folder, load_pipeline, picture, save_golden
from schedules import lightning_scheduler

PROMPT = "Turn the camera to the left and make the light warmer."
NEGATIVE = "blurred, 山"
SIZE = {"width": 64, "height": 48}
STEPS = 4
SEED = 42
GUIDANCE = 4.0
# The pipeline encodes every reference at a megapixel, which takes long; all edits but one use this area instead.
REFERENCE_AREA = 128 * 128


def main(folder):
    pipeline = load_pipeline(folder)
    first, second = picture(51, 90, 70), picture(52, 50, 80)
    golden = {"picture.0": first, "picture.1": second}
    # Made at a megapixel before the area is changed.
    golden |= edit(pipeline, "megapixel", [first], num_inference_steps=2)
    edit_plus.VAE_IMAGE_SIZE = REFERENCE_AREA
    golden |= edit(pipeline, "plain", [first], keep_inputs=True)
    golden |= edit(pipeline, "guided", [first], negative_prompt=NEGATIVE, true_cfg_scale=GUIDANCE)
    golden |= edit(pipeline, "twoPictures", [first, second])
    pipeline.scheduler = lightning_scheduler(pipeline.scheduler)
    golden |= edit(pipeline, "lightning", [first])
    save_golden(
        "edits", golden, prompt=PROMPT, negative=NEGATIVE, guidance=GUIDANCE, seed=SEED, steps=STEPS, referenceArea=REFERENCE_AREA, **SIZE
    )


def edit(pipeline, name, pictures, keep_inputs=False, **options):
    """The latents before and after each step as tokens of 64, and the picture in 0..1 and in bytes."""
    latents = []
    inputs = {}

    def keep(_pipeline, _step, _timestep, values):
        latents.append(values["latents"][0].clone())
        inputs["prompt"] = values["prompt_embeds"][0]
        return values

    images = [Image.fromarray(each) for each in pictures]
    settings = {"prompt": PROMPT, "num_inference_steps": STEPS, "true_cfg_scale": 1.0} | SIZE | options
    generator = torch.Generator().manual_seed(SEED)
    output = pipeline(
        image=images, generator=generator, output_type="np", callback_on_step_end=keep,
        callback_on_step_end_tensor_inputs=["latents", "prompt_embeds"], **settings,
    ).images[0]
    golden = {f"{name}.latents.{step + 1}": value for step, value in enumerate(latents)}
    golden[f"{name}.output"] = np.round(output * 255).astype(np.uint8)
    if keep_inputs:
        golden[f"{name}.prompt"] = inputs["prompt"]
        golden[f"{name}.floats"] = output.astype(np.float32)
    return golden


if __name__ == "__main__":
    main(checkpoint_folder())
