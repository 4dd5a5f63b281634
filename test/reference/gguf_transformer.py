"""The transformer with the weights of its GGUF file, widened to float32 by the `gguf` package of the llama.cpp project."""

import gguf
import torch
from diffusers import QwenImageTransformer2DModel

from reference import checkpoint_folder, save_golden
from transformer import SIGMAS, run

SAMPLES = ["transformer_blocks.0.attn.to_q.weight", "transformer_blocks.2.img_mlp.net.2.weight", "time_text_embed.timestep_embedder.linear_1.weight"]


def main(folder):
    model = QwenImageTransformer2DModel.from_pretrained(folder / "transformer", dtype=torch.float32).eval()
    reader = gguf.GGUFReader(folder / "gguf" / "transformer.gguf")
    weights = {tensor.name: torch.from_numpy(gguf.quants.dequantize(tensor.data, tensor.tensor_type).copy()) for tensor in reader.tensors}
    model.load_state_dict({name: value.reshape(model.state_dict()[name].shape).float() for name, value in weights.items()})
    latents = torch.randn(54, 64, generator=torch.Generator().manual_seed(71))
    prompt = torch.randn(7, 96, generator=torch.Generator().manual_seed(72))
    golden = {"latents": latents, "prompt": prompt, "output": run(model, latents, prompt, SIGMAS[0])}
    golden |= {f"first64.{name}": weights[name].flatten()[:64] for name in SAMPLES}
    save_golden("gguf", golden, sigma=SIGMAS[0], types={tensor.name: tensor.tensor_type.name for tensor in reader.tensors if tensor.name in SAMPLES})


if __name__ == "__main__":
    main(checkpoint_folder())
