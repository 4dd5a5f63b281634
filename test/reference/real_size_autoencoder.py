"""
The autoencoder at its published size with random weights, and what it makes of a picture of 512 x 512.

Takes no checkpoint: writes `vae/` (500 MB) and `answers.safetensors` into the folder that it is given, for
`EVALMARK_REAL_VAE=FOLDER npx vitest run test/unit/engine/models/autoencoderRealSize.test.ts`.
"""

import resource
import time

import torch
from diffusers import AutoencoderKLQwenImage
from safetensors.torch import save_file

from autoencoder import normalised, raw
from reference import checkpoint_folder

SIDE = 512


def main(folder):
    folder.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(torch.get_num_threads() if torch.get_num_threads() > 1 else 2)
    generator = torch.Generator().manual_seed(0)
    model = AutoencoderKLQwenImage().eval()
    for name, parameter in model.named_parameters():
        parameter.copy_(torch.randn(parameter.shape, generator=generator) * spread(name, parameter) + (1 if name.endswith("gamma") else 0))
    model.save_pretrained(folder / "vae")
    picture = torch.rand((1, 3, 1, SIDE, SIDE), generator=generator) * 2 - 1
    latents = timed("encode", lambda: normalised(model, model.encode(picture).latent_dist.mode()))
    decoded = timed("decode", lambda: model.decode(raw(model, latents)).sample)
    answers = {"picture": picture, "latents": latents, "decoded": decoded}
    save_file({name: value[0, :, 0].contiguous() for name, value in answers.items()}, folder / "answers.safetensors")
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


def spread(name, parameter):
    """So that values neither grow nor vanish; only one tap in time meets a single frame."""
    if name.endswith(("gamma", "bias")):
        return 0.1 if name.endswith("gamma") else 0.05
    taps = parameter[0].numel() // (parameter.shape[2] if parameter.dim() == 5 else 1)
    return taps**-0.5


def timed(name, compute):
    start = time.perf_counter()
    value = compute()
    print(f"{name} {SIDE} x {SIDE}: {time.perf_counter() - start:.1f} s with {torch.get_num_threads()} threads")
    return value


if __name__ == "__main__":
    main(checkpoint_folder())
