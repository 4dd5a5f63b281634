"""torch's CPU generator: what `torch.Generator().manual_seed(seed)` draws for latents."""

import torch
from diffusers.utils.torch_utils import randn_tensor

from reference import save_golden

SEEDS = [0, 1, 42, 20250923, 2**31 - 1, 2**32 + 5, 2**63 - 1]
COUNTS = [1, 2, 7, 15, 16, 17, 24, 31, 32, 33, 100]


def main():
    golden = {f"seed.{seed}": normal(seed, 48) for seed in SEEDS}
    golden |= {f"count.{count}": normal(42, count) for count in COUNTS}
    # Past one refill of the generator's 624 words of state.
    golden["long"] = normal(7, 2048)[1200:1400]
    golden["latents"] = randn_tensor((1, 1, 16, 6, 8), generator=torch.Generator().manual_seed(42))
    golden["bfloat16"] = randn_tensor((64,), generator=torch.Generator().manual_seed(42), dtype=torch.bfloat16).float()
    save_golden("noise", golden, seeds=[str(seed) for seed in SEEDS], counts=COUNTS, longFrom=1200)


def normal(seed, count):
    return torch.randn(count, generator=torch.Generator().manual_seed(seed))


if __name__ == "__main__":
    main()
