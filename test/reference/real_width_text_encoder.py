"""
Qwen2.5-VL at its published width with two layers and four vision blocks of random weights, reading a prompt about two pictures.

Takes the random checkpoint for its tokenizer and processor, and a folder to write into: `text_encoder/` (1.8 GB), `tokenizer/`,
`processor/` and `answers.safetensors`, for `EVALMARK_REAL_TEXT_ENCODER=FOLDER npx vitest run test/unit/engine/models/qwen25VlRealWidth.test.ts`.
"""

import resource
import shutil
import sys
import time
from pathlib import Path

import torch
from PIL import Image
from safetensors.torch import save_file
from transformers import Qwen2_5_VLConfig, Qwen2_5_VLForConditionalGeneration

from reference import checkpoint_folder, load_pipeline, picture

PROMPT = "Turn the camera to the left and make the light warmer."
TEXT = {
    "hidden_size": 3584, "intermediate_size": 18944, "num_attention_heads": 28, "num_key_value_heads": 4, "num_hidden_layers": 2,
    "rms_norm_eps": 1e-6, "rope_theta": 1e6, "max_position_embeddings": 128000,
    "rope_scaling": {"mrope_section": [16, 24, 24], "rope_type": "default", "type": "default"},
}
VISION = {
    "depth": 4, "fullatt_block_indexes": [1, 3], "hidden_size": 1280, "intermediate_size": 3420, "num_heads": 16, "out_hidden_size": 3584,
    "patch_size": 14, "spatial_merge_size": 2, "temporal_patch_size": 2, "window_size": 112,
}


def main(checkpoint, folder):
    torch.set_num_threads(2)
    pipeline = load_pipeline(checkpoint)
    small = pipeline.text_encoder.config
    config = Qwen2_5_VLConfig(**TEXT, vocab_size=small.text_config.vocab_size, vision_config=VISION, image_token_id=small.image_token_id)
    model = Qwen2_5_VLForConditionalGeneration(config).eval()
    generator = torch.Generator().manual_seed(0)
    for name, parameter in model.named_parameters():
        values = torch.randn(parameter.shape, generator=generator) * (parameter[0].numel() ** -0.5 if parameter.dim() > 1 else 0.1)
        parameter.copy_((values + (1 if "norm" in name or "ln_q" in name else 0)).bfloat16())
    model.bfloat16().save_pretrained(folder / "text_encoder")
    for name in ("tokenizer", "processor"):
        shutil.copytree(checkpoint / name, folder / name, dirs_exist_ok=True)
    # Read again: the conversion rounded the angles of the rotary embedding, too.
    model = Qwen2_5_VLForConditionalGeneration.from_pretrained(folder / "text_encoder", dtype=torch.float32)
    pipeline.text_encoder.forward = with_token_types(model)
    pixels = [picture(61, 384, 384), picture(62, 512, 288)]
    start = time.perf_counter()
    embeddings, _ = pipeline._get_qwen_prompt_embeds(PROMPT, [Image.fromarray(each) for each in pixels])
    print(f"{embeddings.shape[1]} tokens: {time.perf_counter() - start:.1f} s, peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")
    answers = {"embeddings": embeddings[0]} | {f"picture.{index}": torch.from_numpy(each) for index, each in enumerate(pixels)}
    save_file({name: value.contiguous() for name, value in answers.items()}, folder / "answers.safetensors", metadata={"prompt": PROMPT})


def with_token_types(model):
    def forward(*, input_ids, **arguments):
        return model(input_ids=input_ids, mm_token_type_ids=(input_ids == model.config.image_token_id).int(), **arguments)

    return forward


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(f"usage: {sys.argv[0]} CHECKPOINT-FOLDER FOLDER")
    main(checkpoint_folder(), Path(sys.argv[2]).resolve())
