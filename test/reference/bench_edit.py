"""The edits of test/bench/engine.ts with diffusers: prints its figures as one line of JSON."""

import json
import resource
import sys
import time
from pathlib import Path

import diffusers.pipelines.qwenimage.pipeline_qwenimage_edit_plus as edit_plus
import torch
from diffusers import QwenImageEditPlusPipeline
from PIL import Image

# Importing the libraries, which takes seconds, is not counted.
started = time.monotonic()
job = json.loads(Path(sys.argv[1]).read_text())
edit_plus.VAE_IMAGE_SIZE = job["side"] ** 2
pipeline = QwenImageEditPlusPipeline.from_pretrained(job["checkpoint"], dtype=torch.float32)
pipeline.set_progress_bar_config(disable=True)
picture = Image.open(job["picture"]).convert("RGB")
figures = {}


def edit():
    ends = []

    def step_ended(_pipeline, _step, _timestep, values):
        ends.append(time.monotonic())
        return values

    pipeline(
        image=[picture], prompt="Turn the camera to the left", num_inference_steps=job["steps"], true_cfg_scale=1.0,
        width=job["side"], height=job["side"], generator=torch.Generator().manual_seed(7), callback_on_step_end=step_ended,
    )
    figures.setdefault("toFirstStep", ends[0] - started)
    figures["step"] = min(figures.get("step", 1e9), (ends[-1] - ends[0]) / (len(ends) - 1))


edit()
for lora in job["loras"]:
    began = time.monotonic()
    pipeline.unload_lora_weights()
    pipeline.load_lora_weights(str(Path(lora).parent), weight_name=Path(lora).name)
    figures["swap"] = time.monotonic() - began
    edit()
figures["peakBytes"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
print(json.dumps(figures))
