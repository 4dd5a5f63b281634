"""What diffusers adds to layers for one small LoRA in each spelling and with each rule of scaling. Needs no checkpoint."""

import json
import tempfile
from pathlib import Path

import torch
from diffusers import QwenImageTransformer2DModel
from diffusers.loaders.lora_pipeline import QwenImageLoraLoaderMixin
from safetensors.torch import save_file

from reference import save_golden

CONFIG = {
    "patch_size": 2, "in_channels": 64, "out_channels": 16, "num_layers": 1, "attention_head_dim": 8, "num_attention_heads": 2,
    "joint_attention_dim": 12, "axes_dims_rope": (2, 2, 4),
}
# Ranks by layer.
LAYERS = {"transformer_blocks.0.attn.to_q": 2, "transformer_blocks.0.attn.to_out.0": 3, "transformer_blocks.0.img_mlp.net.2": 4}
WEIGHT = 0.6
SETTINGS = {
    "r": 2, "lora_alpha": 3, "rank_pattern": {name: rank for name, rank in LAYERS.items() if rank != 2},
    "alpha_pattern": {"transformer_blocks.0.attn.to_out.0": 5.0}, "target_modules": list(LAYERS),
}
random = torch.Generator().manual_seed(91)


def main():
    base = QwenImageTransformer2DModel(**CONFIG).eval()
    base.load_state_dict({name: numbers(*value.shape) for name, value in base.state_dict().items()})
    diffusers = factors(base, lambda path: f"transformer.{path}", "lora_A", "lora_B")
    files = {
        "diffusers": (diffusers, {}),
        "settings": (diffusers, settings()),
        "rankStabilised": (diffusers, settings(use_rslora=True)),
        "bias": (diffusers | {f"transformer.{path}.lora_B.bias": numbers(outputs(base, path)) for path in LAYERS}, {}),
        "dora": (diffusers | {f"transformer.{path}.lora_magnitude_vector": numbers(outputs(base, path)).abs() + 0.5 for path in LAYERS}, {}),
        "comfy": (factors(base, lambda path: f"diffusion_model.{path}", "lora_A", "lora_B"), {}),
        "comfyAlpha": (with_alphas(factors(base, lambda path: f"diffusion_model.{path}", "lora_A", "lora_B")), {}),
        "bare": (with_alphas(factors(base, lambda path: path, "lora_down", "lora_up")), {}),
        "kohya": (with_alphas(factors(base, lambda path: f"lora_unet_{path.replace('.', '_')}", "lora_down", "lora_up")), {}),
        "kohyaBfloat16": (with_alphas(factors(base, lambda path: f"lora_unet_{path.replace('.', '_')}", "lora_down", "lora_up"), torch.bfloat16), {}),
        "kohyaNoAlpha": (factors(base, lambda path: f"lora_unet_{path.replace('.', '_')}", "lora_down", "lora_up"), {}),
        "diffsynth": (factors(base, lambda path: path, "lora_A.default", "lora_B.default"), {}),
    }
    golden = {f"base/{path}.weight": base.get_submodule(path).weight for path in LAYERS}
    for name, (tensors, metadata) in files.items():
        golden |= {f"{name}/file/{key}": value.float() for key, value in tensors.items()}
        golden |= {f"{name}/{key}": value for key, value in changes(base, tensors, metadata).items()}
    types = {name: "BF16" if name == "kohyaBfloat16" else "F32" for name in files}
    save_golden("loraDeltas", golden, types=types, metadata={name: metadata for name, (_, metadata) in files.items()}, weight=WEIGHT, layers=list(LAYERS))


def changes(base, tensors, metadata):
    """What the adapter changes of each layer's matrix and bias: the layer's answer to every unit vector, and to zero."""
    model = QwenImageTransformer2DModel(**CONFIG).eval()
    model.load_state_dict(base.state_dict())
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "lora.safetensors"
        save_file({key: value.contiguous() for key, value in tensors.items()}, path, metadata or None)
        state, found = QwenImageLoraLoaderMixin.lora_state_dict(str(path), return_lora_metadata=True)
    model.load_lora_adapter(state, prefix="transformer", adapter_name="one", metadata=found)
    model.set_adapters(["one"], [WEIGHT])
    changed = {}
    for layer in LAYERS:
        with_lora, plain = model.get_submodule(layer), base.get_submodule(layer)
        units, zero = torch.eye(plain.in_features), torch.zeros(1, plain.in_features)
        changed[f"{layer}.bias"] = (with_lora(zero) - plain(zero))[0]
        changed[f"{layer}.delta"] = ((with_lora(units) - with_lora(zero)) - (plain(units) - plain(zero))).T
    return changed


def factors(base, spelled, down, up):
    return {
        f"{spelled(path)}.{name}.weight": value
        for path, rank in LAYERS.items()
        for name, value in ((down, numbers(rank, base.get_submodule(path).in_features)), (up, numbers(outputs(base, path), rank)))
    }


def with_alphas(tensors, dtype=torch.float32):
    """Alphas that are no power of two times the rank, so that rounding shows."""
    modules = dict.fromkeys(key.rsplit(".", 2)[0] for key in tensors)
    alphas = {f"{module}.alpha": torch.tensor(1.0 + index) for index, module in enumerate(modules)}
    return {key: value.to(dtype) for key, value in (tensors | alphas).items()}


def settings(**more):
    return {"format": "pt", "lora_adapter_metadata": json.dumps({f"transformer.{key}": value for key, value in (SETTINGS | more).items()})}


def outputs(base, path):
    return base.get_submodule(path).out_features


def numbers(*shape):
    return torch.randn(*shape, generator=random) * 0.5


if __name__ == "__main__":
    main()
