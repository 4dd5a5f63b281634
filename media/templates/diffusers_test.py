#!/usr/bin/env python3
"""Edit the pictures of {{evaluation}} with diffusers.

Written by Evalmark once and yours from then on: it is never overwritten. Prompts, models, seeds and folders come from
{{evaluation}}; every output gets a sidecar in the format that Evalmark reads.

    python {{script}} --check     what is missing, without loading a model
    python {{script}}             everything that is not there yet
# evalmark:begin lora
    python {{script}} --lora ID   one model of the evaluation (its id, or the LoRA's owner/name)
# evalmark:end lora
"""

import argparse
import hashlib
import importlib.util
import inspect
import json
import re
import sys
import time
import traceback
from datetime import datetime, timezone
from pathlib import Path

ROOT = Path(__file__).resolve().parents[{{depth}}]
EVALUATION = ROOT / "{{evaluation}}"
PICTURES = (".jpg", ".jpeg", ".png", ".webp")
PACKAGES = ("torch", "diffusers", "transformers", "accelerate", "bitsandbytes", "PIL")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="say what is missing and exit")
    parser.add_argument("--limit", type=int, help="stop after so many new outputs")
# evalmark:begin lora
    parser.add_argument("--lora", help="only this model of the evaluation")
# evalmark:end lora
    options = parser.parse_args()

    evaluation = json.loads(EVALUATION.read_text(encoding="utf-8"))
# evalmark:begin base
    models = [base_model(evaluation)]
# evalmark:end base
# evalmark:begin lora
    models = lora_models(evaluation, options.lora)
# evalmark:end lora
    problems = check(evaluation, models)
    for problem in problems:
        print(f"missing: {problem}", file=sys.stderr)
    if options.check:
        print("ready" if not problems else f"{len(problems)} things are missing")
    if problems or options.check:
        return 1 if problems else 0

    errors = 0
    made = 0
    for model in models:
        pipeline = None
        for picture, edit, seed in matrix(evaluation, model):
            output = output_path(evaluation, model, picture, edit, seed)
            if output.with_suffix(".json").exists():
                continue
            if options.limit is not None and made >= options.limit:
                break
            try:
                if pipeline is None:
                    pipeline, load_seconds = load(evaluation, model)
                run_edit(pipeline, evaluation, model, picture, edit, seed, output, load_seconds)
                load_seconds = 0.0
                made += 1
            except Exception as error:  # one picture must not stop the rest
                errors += 1
                print(f"error: {output.stem}: {error}", file=sys.stderr)
                traceback.print_exc()
                if pipeline is None:
                    break
        del pipeline
        free_memory()
    print(f"{made} outputs made, {errors} errors")
    return 1 if errors else 0


# -- what is asked ---------------------------------------------------------------------------------------------------


def base_model(evaluation):
    models = evaluation["models"]
    return next((model for model in models if model.get("category") == "base"), models[0])


# evalmark:begin lora
def lora_models(evaluation, wanted):
    """Models beside the base; one of them when it is named by its id or by the repository of its LoRA."""
    base = base_model(evaluation)
    models = [model for model in evaluation["models"] if model is not base]
    if wanted:
        models = [
            model for model in models
            if wanted == model["id"] or any(wanted == lora["repository"] for lora in model.get("loras", []))
        ]
        if not models:
            sys.exit(f"No model of {EVALUATION.name} is called {wanted}, and none uses that LoRA.")
    return models


# evalmark:end lora
def edits_of(evaluation, model):
    """The same prompts for every model, and those that belong to this model's own LoRA-specific prompts."""
    return [edit for edit in evaluation["edits"] if "models" not in edit or model["id"] in edit["models"]]


def pictures_of(evaluation):
    folder = ROOT / evaluation["pictures"]["folder"]
    names = evaluation["pictures"].get("files")
    if names:
        return [folder / name for name in names]
    return sorted(file for file in folder.glob("*") if file.suffix.lower() in PICTURES)


def matrix(evaluation, model):
    for picture in pictures_of(evaluation):
        for edit in edits_of(evaluation, model):
            for seed in evaluation["sampler"]["seeds"]:
                yield picture, edit, seed


def output_path(evaluation, model, picture, edit, seed):
    base = model is base_model(evaluation) or model["id"] == base_model(evaluation)["id"]
    folder = ROOT / evaluation["results"] / ("base" if base else f"loras/{model['id']}")
    stems = [plain(other.stem).lower() for other in pictures_of(evaluation)]
    stem = plain(picture.stem)
    if stems.count(stem.lower()) > 1:
        stem = plain(picture.name)
    return folder / f"{stem}--{edit['id']}--{seed}.png"


def plain(name):
    return re.sub(r"[^\w]+", "-", name).strip("-") or "picture"


def check(evaluation, models):
    """Everything that would stop a run, as sentences."""
    problems = [f"the Python package {name} (pip install {name})" for name in PACKAGES if importlib.util.find_spec(name) is None]
    if importlib.util.find_spec("torch") is not None:
        import torch

        if not torch.cuda.is_available():
            problems.append("a CUDA device that PyTorch can use")
    pictures = pictures_of(evaluation)
    if not pictures:
        problems.append(f"pictures in {evaluation['pictures']['folder']}")
    problems += [f"the picture {picture.name}" for picture in pictures if not picture.exists()]
    problems += [f"edits for the model {model['id']}" for model in models if not edits_of(evaluation, model)]
    if not models:
        problems.append("a model in evaluation.json")
    return problems


# -- model loading ---------------------------------------------------------------------------------------------------


def load(evaluation, model):
    """The pipeline with 4-bit (NF4) weights in transformer and text encoder. Returns it and the seconds it took."""
    import torch
    from diffusers import DiffusionPipeline
    from diffusers.quantizers import PipelineQuantizationConfig

    started = time.monotonic()
    quantization = None
    if evaluation["engine"]["precision"] in ("auto", "nf4", "int4"):
        quantization = PipelineQuantizationConfig(
            quant_backend="bitsandbytes_4bit",
            quant_kwargs={
                "load_in_4bit": True,
                "bnb_4bit_quant_type": "nf4",
                "bnb_4bit_compute_dtype": torch.bfloat16,
            },
            components_to_quantize=["transformer", "text_encoder"],
        )
    pipeline = DiffusionPipeline.from_pretrained(
        model["base"],
        revision=model.get("revision"),
        torch_dtype=torch.bfloat16,
        quantization_config=quantization,
    )
# evalmark:begin lora
    names = []
    for index, lora in enumerate(model.get("loras", [])):
        name = f"lora_{index}"
        pipeline.load_lora_weights(
            lora["repository"],
            weight_name=lora.get("file"),
            revision=lora.get("revision"),
            adapter_name=name,
        )
        names.append(name)
    if names:
        pipeline.set_adapters(names, adapter_weights=[lora.get("scale", 1.0) for lora in model["loras"]])
# evalmark:end lora
    pipeline.enable_model_cpu_offload()
    pipeline.set_progress_bar_config(disable=True)
    return pipeline, time.monotonic() - started


def free_memory():
    import gc

    import torch

    gc.collect()
    torch.cuda.empty_cache()


# -- one edit --------------------------------------------------------------------------------------------------------


class VramMonitor:
    """Peak and average VRAM of this process while a block runs, sampled every 50 ms."""

    def __enter__(self):
        import threading

        import torch

        torch.cuda.reset_peak_memory_stats()
        self.samples = [torch.cuda.memory_allocated()]
        self.stopped = threading.Event()

        def sample():
            while not self.stopped.wait(0.05):
                self.samples.append(torch.cuda.memory_allocated())

        self.thread = threading.Thread(target=sample, daemon=True)
        self.thread.start()
        return self

    def __exit__(self, *_):
        import torch

        self.stopped.set()
        self.thread.join()
        self.peak = torch.cuda.max_memory_reserved()
        self.average = sum(self.samples) // len(self.samples)


def run_edit(pipeline, evaluation, model, picture, edit, seed, output, load_seconds):
    import torch
    from PIL import Image, ImageOps

    sampler = evaluation["sampler"]
    source = ImageOps.exif_transpose(Image.open(picture)).convert("RGB")
    arguments = {
        "image": [source],
        "prompt": edit["prompt"],
        "num_inference_steps": sampler["steps"],
        "generator": torch.Generator("cpu").manual_seed(seed),
    }
    accepted = inspect.signature(pipeline.__call__).parameters
    guidance = "true_cfg_scale" if "true_cfg_scale" in accepted else "guidance_scale"
    arguments[guidance] = sampler["guidance"]
    if "negative_prompt" in accepted:
        arguments["negative_prompt"] = edit.get("negativePrompt") or " "
    for side in ("width", "height"):
        if side in sampler:
            arguments[side] = sampler[side]

    started = time.monotonic()
    with VramMonitor() as vram:
        result = pipeline(**arguments).images[0]
    seconds = time.monotonic() - started
    print(f"{output.stem}: {seconds:.1f} s, {vram.peak / 1e9:.2f} GB VRAM")

    output.parent.mkdir(parents=True, exist_ok=True)
    partial = output.with_name(f".{output.name}.tmp")
    result.save(partial, format="PNG")
    partial.replace(output)
    write_sidecar(evaluation, model, picture, source, edit, seed, output, result, load_seconds, seconds, vram)


def write_sidecar(evaluation, model, picture, source, edit, seed, output, result, load_seconds, seconds, vram):
    """Metadata in Evalmark's format: what was asked, what it took, and the hashes that tie it to its files."""
    sampler = evaluation["sampler"]
    generation = {
        "version": 1,
        "id": f"{model['id']}/{output.stem}",
        "modelId": model["id"],
        "picture": {"file": picture.name, "sha256": sha256(picture), "width": source.width, "height": source.height},
        "edit": {key: edit[key] for key in ("id", "kind", "prompt", "negativePrompt") if key in edit},
        "model": {
            "base": model["base"],
            **{key: model[key] for key in ("revision", "file") if key in model},
            "loras": [
                {
                    "repository": lora["repository"],
                    **({"revision": lora["revision"]} if "revision" in lora else {}),
                    "scale": lora.get("scale", 1),
                }
                for lora in model.get("loras", [])
            ],
        },
        "seed": seed,
        "steps": sampler["steps"],
        "guidance": sampler["guidance"],
        "device": "cuda",
        "precision": "nf4" if evaluation["engine"]["precision"] in ("auto", "nf4", "int4") else "bfloat16",
        "output": {"file": output.name, "sha256": sha256(output), "width": result.width, "height": result.height},
        "seconds": {"load": round(load_seconds, 3), "edit": round(seconds, 3)},
        "memory": {"kind": "vram", "peakBytes": vram.peak, "averageBytes": vram.average},
        "warnings": [],
        "versions": versions(),
        "createdAt": datetime.now(timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
    }
    partial = output.with_name(f".{output.stem}.json.tmp")
    partial.write_text(json.dumps(generation, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    partial.replace(output.with_suffix(".json"))


def versions():
    from importlib.metadata import PackageNotFoundError, version

    found = {"python": sys.version.split()[0]}
    for name in ("torch", "diffusers", "transformers", "bitsandbytes"):
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            pass
    return found


def sha256(file):
    return hashlib.sha256(file.read_bytes()).hexdigest()


if __name__ == "__main__":
    sys.exit(main())
