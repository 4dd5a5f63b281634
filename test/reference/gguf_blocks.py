"""Random blocks of each of ggml's types, widened by the `gguf` package of the llama.cpp project. Needs no checkpoint."""

import gguf
import numpy as np
from gguf import GGMLQuantizationType as Type

from reference import save_golden

ROWS, COLUMNS = 2, 512
# Where the half-precision scales of a block lie; all other bytes may be anything.
SCALES = {
    Type.Q4_0: [0], Type.Q4_1: [0, 2], Type.Q5_0: [0], Type.Q5_1: [0, 2], Type.Q8_0: [0],
    Type.Q2_K: [80, 82], Type.Q3_K: [108], Type.Q4_K: [0, 2], Type.Q5_K: [0, 2], Type.Q6_K: [208],
}


def main():
    rng = np.random.default_rng(81)
    golden = {}
    for kind, places in SCALES.items():
        numbers, size = gguf.GGML_QUANT_SIZES[kind]
        blocks = rng.integers(0, 256, (ROWS * COLUMNS // numbers, size), dtype=np.uint8)
        for place in places:
            scales = (rng.uniform(0.002, 0.02, len(blocks)) * rng.choice([-1, 1], len(blocks))).astype(np.float16)
            blocks[:, place : place + 2] = scales.view(np.uint8).reshape(-1, 2)
        # A block without a step holds its minimum alone.
        if len(places) == 2:
            blocks[1, places[0] : places[0] + 2] = 0
        golden[f"{kind.name}.blocks"] = blocks.reshape(-1)
        golden[f"{kind.name}.values"] = gguf.quants.dequantize(blocks, kind).reshape(ROWS, COLUMNS)
    save_golden("ggufBlocks", golden, types={kind.name: kind.value for kind in SCALES})


if __name__ == "__main__":
    main()
