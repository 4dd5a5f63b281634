"""What all golden scripts share: the reference pipeline on the random checkpoint, and the file format."""

import json
import os
import sys
from pathlib import Path

os.environ.setdefault("HF_HUB_OFFLINE", "1")

import diffusers
import numpy as np
import peft
import PIL
import safetensors
import torch
import transformers
from diffusers import QwenImageEditPlusPipeline
from safetensors.torch import save_file
from transformers.models.qwen2_vl.image_processing_pil_qwen2_vl import Qwen2VLImageProcessorPil

GOLDENS = Path(__file__).resolve().parent.parent / "goldens"
VERSIONS = {
    module.__name__: module.__version__ for module in (torch, diffusers, transformers, peft, PIL, safetensors, np)
} | {"python": sys.version.split()[0]}

# One thread and no fused shortcuts, so that another machine makes goldens that differ in the last bits only.
torch.set_num_threads(1)
torch.set_grad_enabled(False)
torch.use_deterministic_algorithms(True)


def checkpoint_folder():
    if len(sys.argv) < 2:
        sys.exit(f"usage: {sys.argv[0]} CHECKPOINT-FOLDER (made by `node dist/sample.mjs checkpoint FOLDER`)")
    return Path(sys.argv[1]).resolve()


def load_pipeline(folder):
    """The pipeline in float32, with two repairs that make it compute what the published model was trained with."""
    pipeline = QwenImageEditPlusPipeline.from_pretrained(folder, dtype=torch.float32)
    pipeline.set_progress_bar_config(disable=True)
    use_pillow_resizing(pipeline, folder)
    give_vision_positions(pipeline)
    return pipeline


def use_pillow_resizing(pipeline, folder):
    """transformers 5 resizes through torchvision, whose 8-bit bicubic is off by a level here and there."""
    pipeline.processor.image_processor = Qwen2VLImageProcessorPil.from_pretrained(folder / "processor")


def give_vision_positions(pipeline):
    """
    transformers 5 finds the rows and columns of picture tokens only where it is told which tokens are a picture's.
    diffusers 0.42 does not tell it, so that all tokens get running positions; transformers 4 found them by itself.
    """
    encoder = pipeline.text_encoder
    forward = encoder.forward

    def with_token_types(*, input_ids, **arguments):
        types = (input_ids == encoder.config.image_token_id).int()
        return forward(input_ids=input_ids, mm_token_type_ids=types, **arguments)

    encoder.forward = with_token_types


def save_golden(name, tensors, **metadata):
    """Metadata values that are not text are stored as JSON."""
    GOLDENS.mkdir(exist_ok=True)
    texts = {key: value if isinstance(value, str) else json.dumps(value, ensure_ascii=False) for key, value in metadata.items()}
    # `save_file` keeps the header's order only for sorted names; contiguous copies, since views share storage.
    stored = {key: as_tensor(value).clone().contiguous() for key, value in sorted(tensors.items())}
    path = GOLDENS / f"{name}.safetensors"
    save_file(stored, path, metadata={"versions": json.dumps(VERSIONS), **texts})
    print(f"{path.name:28} {len(stored):4} tensors {path.stat().st_size / 1024:8.1f} KB")


def as_tensor(value):
    return value.detach() if isinstance(value, torch.Tensor) else torch.from_numpy(np.array(value))


def numbers(seed, *shape):
    """Normal numbers to feed a module with; they are stored beside its output."""
    return torch.from_numpy(np.random.default_rng(seed).standard_normal(shape).astype(np.float32))


def picture(seed, width, height):
    """A smooth picture with a hard edge and some grain, `uint8` `[height, width, 3]`."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[0:height, 0:width] / max(width, height)
    waves = [np.sin(2 * np.pi * (rng.uniform(0.5, 3) * x + rng.uniform(0.5, 3) * y) + rng.uniform(0, 6)) for _ in range(3)]
    pixels = 128 + 90 * np.stack(waves, axis=-1)
    pixels[(x - 0.5) ** 2 + (y - 0.4) ** 2 < 0.04] = rng.uniform(0, 255, 3)
    pixels += rng.normal(0, 6, pixels.shape)
    return np.clip(np.round(pixels), 0, 255).astype(np.uint8)


class Recording:
    """Keeps what chosen modules return while a model runs."""

    def __init__(self):
        self.values = {}
        self.hooks = []

    def watch(self, name, module, choose=lambda output: output):
        def keep(_module, _inputs, output):
            chosen = choose(output)
            for key, value in (chosen.items() if isinstance(chosen, dict) else {"": chosen}.items()):
                self.values[f"{name}.{key}" if key else name] = value.detach().clone()

        self.hooks.append(module.register_forward_hook(keep))

    def stop(self):
        for hook in self.hooks:
            hook.remove()
        return self.values
