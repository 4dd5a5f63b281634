"""QwenImageTransformer2DModel: whole, block by block, its modulation and its rotary tables."""

import torch
from diffusers import QwenImageTransformer2DModel

from reference import Recording, checkpoint_folder, numbers, save_golden

SHAPES = [(1, 4, 6), (1, 6, 4), (1, 3, 2)]
SIGMAS = [0.75, 0.2]


def main(folder):
    model = QwenImageTransformer2DModel.from_pretrained(folder / "transformer", dtype=torch.float32).eval()
    tokens = sum(f * h * w for f, h, w in SHAPES)
    latents = numbers(1, tokens, 64)
    prompt = numbers(2, 7, model.config.joint_attention_dim)
    golden = {"latents": latents, "prompt": prompt, "imageShapes": torch.tensor(SHAPES), "sigmas": torch.tensor(SIGMAS)}
    golden |= rotary(model, prompt)
    golden |= watched_run(model, latents, prompt)
    for index, sigma in enumerate(SIGMAS):
        golden[f"output.{index}"] = run(model, latents, prompt, sigma)
        golden |= {f"modulation.{index}.{name}": value for name, value in modulation(model, sigma).items()}
    golden["output.targetOnly"] = run(model, latents[:24], prompt, SIGMAS[0], SHAPES[:1])
    golden["output.zeroCondition"] = run(with_zero_condition(model), latents, prompt, SIGMAS[0])
    save_golden("transformer", golden)


def run(model, latents, prompt, sigma, shapes=SHAPES):
    return model(
        hidden_states=latents[None], encoder_hidden_states=prompt[None], timestep=torch.tensor([sigma]), img_shapes=[shapes], return_dict=False
    )[0][0]


def watched_run(model, latents, prompt):
    """What every block returns, and everything inside the first."""
    recording = Recording()
    recording.watch("imageIn", model.img_in, lambda output: output[0])
    recording.watch("textIn", model.txt_in, lambda output: output[0])
    for index, block in enumerate(model.transformer_blocks):
        recording.watch(f"block.{index}", block, lambda output: {"text": output[0][0], "image": output[1][0]})
    first = model.transformer_blocks[0]
    for name in ("to_q", "to_k", "to_v", "add_q_proj", "add_k_proj", "add_v_proj"):
        recording.watch(f"inside.{name}", getattr(first.attn, name), lambda output: output[0])
    for name in ("norm_q", "norm_k", "norm_added_q", "norm_added_k"):
        recording.watch(f"inside.{name}", getattr(first.attn, name), lambda output: output[0].flatten(1))
    recording.watch("inside.attention", first.attn, lambda output: {"image": output[0][0], "text": output[1][0]})
    recording.watch("inside.img_mlp", first.img_mlp, lambda output: output[0])
    recording.watch("inside.txt_mlp", first.txt_mlp, lambda output: output[0])
    recording.watch("normOut", model.norm_out, lambda output: output[0])
    run(model, latents, prompt, SIGMAS[0])
    return recording.stop()


def modulation(model, sigma):
    """The six vectors of each stream in each block, one after the other, and the two of the output norm."""
    embedded = model.time_text_embed(torch.tensor([sigma]), torch.zeros(1, 1))
    vectors = {"timeEmbedding": embedded[0]}
    for index, block in enumerate(model.transformer_blocks):
        vectors[f"{index}.image"] = block.img_mod(embedded)[0]
        vectors[f"{index}.text"] = block.txt_mod(embedded)[0]
    vectors["normOut"] = model.norm_out.linear(torch.nn.functional.silu(embedded))[0]
    return vectors


def rotary(model, prompt):
    image, text = model.pos_embed([SHAPES], max_txt_seq_len=len(prompt), device=torch.device("cpu"))
    return {"rotary.image.cos": image.real, "rotary.image.sin": image.imag, "rotary.text.cos": text.real, "rotary.text.sin": text.imag}


def with_zero_condition(model):
    """2511's variant on the same weights: reference tokens see the modulation of sigma 0."""
    # `_use_default_values` would put the flag back to its default.
    config = {key: value for key, value in model.config.items() if key != "_use_default_values"} | {"zero_cond_t": True}
    variant = QwenImageTransformer2DModel.from_config(config).eval()
    variant.load_state_dict(model.state_dict())
    return variant


if __name__ == "__main__":
    main(checkpoint_folder())
