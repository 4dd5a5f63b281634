"""Qwen2.5-VL: vision tower, decoder, and the prompt embeddings that the pipeline makes with both."""

import torch
from PIL import Image
from transformers.vision_utils import get_vision_window_index

from reference import Recording, checkpoint_folder, load_pipeline, picture, save_golden

PROMPT = "Turn the camera to the left and make the light warmer."


def main(folder):
    pipeline = load_pipeline(folder)
    save_golden("vision", vision(pipeline))
    save_golden("textDecoder", decoder(pipeline))
    save_golden("prompts", prompts(pipeline), prompts=[case[0] for case in CASES])


def vision(pipeline):
    """Two pictures in one pass, the first 8 by 12 patches: one whole window of attention and one cut off."""
    pixels = [picture(21, 168, 112), picture(22, 84, 140)]
    inputs = pipeline.processor.image_processor([Image.fromarray(each) for each in pixels], return_tensors="pt")
    values, grid = inputs["pixel_values"], inputs["image_grid_thw"]
    tower = pipeline.text_encoder.model.visual
    recording = Recording()
    recording.watch("patchEmbed", tower.patch_embed)
    for index, block in enumerate(tower.blocks):
        recording.watch(f"block.{index}", block, lambda output: output[0] if isinstance(output, tuple) else output)
    recording.watch("merger", tower.merger)
    output = tower(values, grid_thw=grid)
    order, _ = get_vision_window_index(grid, spatial_merge_size=2, window_size=112, patch_size=14)
    return {
        "picture.0": pixels[0], "picture.1": pixels[1], "grid": grid, "patches.first": values[:2], "patches.last": values[-2:],
        "patchSums": values.double().sum(dim=1).float(), "windowOrder": order, "embeddings": merged(output),
    } | recording.stop()


def merged(output):
    """Newer versions answer with an object that also holds the unmerged states."""
    value = getattr(output, "pooler_output", output)
    return torch.cat(list(value)) if isinstance(value, (tuple, list)) else value


def decoder(pipeline):
    """Text, a picture of 2 by 3 merged tokens, and text again."""
    encoder = pipeline.text_encoder
    image = pipeline.processor.image_processor([Image.fromarray(picture(23, 84, 56))], return_tensors="pt")
    count = int(image["image_grid_thw"].prod()) // 4
    text = "Picture 1: <|vision_start|>" + "<|image_pad|>" * count + "<|vision_end|>" + PROMPT
    ids = pipeline.tokenizer(text, return_tensors="pt").input_ids
    positions, _ = encoder.model.get_rope_index(
        ids, mm_token_type_ids=(ids == encoder.config.image_token_id).int(), image_grid_thw=image["image_grid_thw"]
    )
    language = encoder.model.language_model
    recording = Recording()
    recording.watch("embedded", encoder.model.get_input_embeddings(), lambda output: output[0])
    for index, layer in enumerate(language.layers):
        recording.watch(f"layer.{index}", layer, lambda output: (output[0] if isinstance(output, tuple) else output)[0])
    recording.watch("final", language.norm, lambda output: output[0])
    recording.watch("vision", encoder.model.visual, merged)
    cos, sin = language.rotary_emb(torch.zeros(1, 1), positions)
    recording.watch("rotary", language.rotary_emb, lambda output: {"cos": output[0].reshape(-1, *output[0].shape[-2:]), "sin": output[1].reshape(-1, *output[1].shape[-2:])})
    encoder(
        input_ids=ids, attention_mask=torch.ones_like(ids), pixel_values=image["pixel_values"], image_grid_thw=image["image_grid_thw"],
        output_hidden_states=True,
    )
    return {"ids": ids[0], "grid": image["image_grid_thw"], "positions": positions[:, 0]} | recording.stop()


# The pictures are already at the size in which the pipeline hands them to the processor.
CASES = [
    (PROMPT, []),
    (PROMPT, [(31, 96, 128)]),
    ("make her größer 山, don't   change\n\nthe sky", [(32, 128, 96), (33, 100, 100)]),
    ("", [(34, 57, 150)]),
]


def prompts(pipeline):
    golden = {}
    for index, (prompt, pictures) in enumerate(CASES):
        pixels = [picture(*each) for each in pictures]
        embeddings, _ = pipeline._get_qwen_prompt_embeds(prompt, [Image.fromarray(each) for each in pixels] or None)
        golden[f"embeddings.{index}"] = embeddings[0]
        golden |= {f"picture.{index}.{number}": each for number, each in enumerate(pixels)}
    return golden


if __name__ == "__main__":
    main(checkpoint_folder())
