"""Pillow's Lanczos and bicubic at many sizes: enlarged, reduced, in one direction only, down to a single pixel."""

import numpy as np
from PIL import Image

from reference import picture, save_golden

SOURCES = {
    "smooth": picture(41, 60, 44),
    "noise": np.random.default_rng(42).integers(0, 256, (23, 37, 3), dtype=np.uint8),
    # Black beside white, where both filters overshoot and have to be cut off.
    "edges": np.where((np.indices((32, 32)).sum(axis=0) // 5 % 2)[..., None] == 0, 0, 255).repeat(3, axis=2).astype(np.uint8),
    "single": np.array([[[200, 10, 99]]], dtype=np.uint8),
    "strip": np.random.default_rng(43).integers(0, 256, (2, 90, 3), dtype=np.uint8),
}
SIZES = {
    "smooth": [(60, 44), (30, 22), (20, 15), (61, 45), (96, 64), (7, 50), (90, 9), (1, 1)],
    "noise": [(37, 23), (36, 24), (64, 32), (5, 3), (37, 10), (11, 23), (80, 23)],
    "edges": [(31, 33), (48, 48), (13, 13), (64, 16)],
    "single": [(1, 1), (5, 3)],
    "strip": [(32, 32), (90, 1), (3, 2)],
}
FILTERS = {"lanczos": Image.Resampling.LANCZOS, "bicubic": Image.Resampling.BICUBIC}


def main():
    golden = dict(SOURCES)
    for source, pixels in SOURCES.items():
        for width, height in SIZES[source]:
            for name, resample in FILTERS.items():
                resized = Image.fromarray(pixels).resize((width, height), resample=resample)
                golden[f"{source}.{name}.{width}x{height}"] = np.asarray(resized)
    save_golden("resizing", golden, sizes=SIZES)


if __name__ == "__main__":
    main()
