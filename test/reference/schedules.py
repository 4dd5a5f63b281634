"""FlowMatchEulerDiscreteScheduler as the pipeline sets it: the checkpoint's own dynamic shift, and Lightning's."""

import math

import numpy as np
from diffusers import FlowMatchEulerDiscreteScheduler
from diffusers.pipelines.qwenimage.pipeline_qwenimage_edit_plus import calculate_dimensions, calculate_shift

from reference import checkpoint_folder, save_golden

STEPS = [1, 2, 4, 8, 20, 28, 50]
TOKENS = [1, 16, 256, 1024, 3072, 4096, 4128, 8192, 9216]
RATIOS = [(1, 1), (16, 9), (9, 16), (4, 3), (3, 4), (3, 2), (48, 40), (1, 8), (7, 1), (1000, 667), (333, 1000)]
AREAS = [1024 * 1024, 384 * 384, 128 * 128]


def main(folder):
    own = FlowMatchEulerDiscreteScheduler.from_pretrained(folder / "scheduler")
    lightning = lightning_scheduler(own)
    golden = {}
    for tokens in TOKENS:
        for steps in STEPS[1:] if tokens == 4096 else [4, 20]:
            golden[f"own.{tokens}.{steps}"] = sigmas(own, tokens, steps)
    for steps in STEPS:
        golden[f"lightning.{steps}"] = sigmas(lightning, 4096, steps)
    sizes = {f"{w}:{h}@{area}": calculate_dimensions(area, w / h) for area in AREAS for w, h in RATIOS}
    save_golden("schedules", golden, shifts={tokens: shift(own, tokens) for tokens in TOKENS}, steps=STEPS, sizes=sizes, lightning=LIGHTNING)


LIGHTNING = {"base_shift": math.log(3), "max_shift": math.log(3), "shift_terminal": None}


def lightning_scheduler(scheduler):
    """The settings that lightx2v publishes with its Lightning LoRAs."""
    return FlowMatchEulerDiscreteScheduler.from_config(scheduler.config, **LIGHTNING)


def shift(scheduler, tokens):
    config = scheduler.config
    return calculate_shift(tokens, config.base_image_seq_len, config.max_image_seq_len, config.base_shift, config.max_shift)


def sigmas(scheduler, tokens, steps):
    """One more than steps: the last is 0."""
    scheduler.set_timesteps(sigmas=np.linspace(1.0, 1 / steps, steps), mu=shift(scheduler, tokens))
    return scheduler.sigmas


if __name__ == "__main__":
    main(checkpoint_folder())
