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
PACKAGES = ("torch", "diffusers", "transformers", "accelerate", "PIL")


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
                    pipeline, load_seconds = load_pipeline(evaluation, model)
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


def sampler_of(evaluation, model):
    """The evaluation's settings, what a Lightning LoRA was distilled for, and over both the model's own."""
    sampler = dict(evaluation["sampler"])
    own = model.get("sampler", {})
    names = [f"{lora['repository']}/{lora.get('file', '')}" for lora in model.get("loras", [])]
    lightning = next((name for name in names if "lightning" in name.lower()), None)
    if lightning and own.get("scheduler", sampler.get("scheduler", "auto")) == "auto":
        steps = re.search(r"(?<!\d)(\d{1,2})[-_ ]?steps?", lightning.rpartition("/")[2], re.I) or re.search(r"(?<!\d)(\d{1,2})[-_ ]?steps?", lightning, re.I)
        return sampler | {"steps": int(steps[1]) if steps else 8, "guidance": 1} | own | {"scheduler": "lightning"}
    return sampler | own


def plain(name):
    return re.sub(r"[^\w]+", "-", name).strip("-") or "picture"


def check(evaluation, models):
    """Everything that would stop a run, as sentences."""
    wanted = PACKAGES + (("bitsandbytes",) if is_quantized(evaluation) else ())
    packages = {"PIL": "pillow"}
    problems = [f"the Python package {name} (pip install {packages.get(name, name)})" for name in wanted if importlib.util.find_spec(name) is None]
    if importlib.util.find_spec("torch") is not None and not on_cpu(evaluation):
        import torch

        if not torch.cuda.is_available():
            problems.append('a CUDA device that PyTorch can use (or "device": "cpu" in the evaluation\'s engine settings)')
    for model in models:
        if model.get("file"):
            problems.append(f"a diffusers checkpoint for {model['id']}: {model['file']} of {model['base']} runs on Evalmark's own engine only")
        if model.get("transformer"):
            problems.append(f"a checkpoint that is whole for {model['id']}: weights from another file run on Evalmark's own engine only")
    pictures = pictures_of(evaluation)
    if not pictures:
        problems.append(f"pictures in {evaluation['pictures']['folder']}")
    problems += [f"the picture {picture.name}" for picture in pictures if not picture.exists()]
    problems += [f"edits for the model {model['id']}" for model in models if not edits_of(evaluation, model)]
    if not models:
        problems.append("a model in evaluation.json")
    return problems


# -- model loading ---------------------------------------------------------------------------------------------------


def on_cpu(evaluation):
    return evaluation["engine"]["device"] == "cpu"


def is_quantized(evaluation):
    return not on_cpu(evaluation) and evaluation["engine"]["precision"] in ("auto", "nf4", "int4")


def source_of(name):
    """A folder of the workspace, or a repository of the Hub."""
    folder = ROOT / name
    return str(folder) if folder.exists() else name


def load_pipeline(evaluation, model):
    """The pipeline, on a GPU with 4-bit (NF4) weights in transformer and text encoder. Returns it and the seconds it took."""
    import torch
    from diffusers import DiffusionPipeline
    from diffusers.quantizers import PipelineQuantizationConfig

    started = time.monotonic()
    quantization = None
    if is_quantized(evaluation):
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
        source_of(model["base"]),
        revision=model.get("revision"),
        torch_dtype=torch.float32 if on_cpu(evaluation) else torch.bfloat16,
        quantization_config=quantization,
    )
    give_vision_positions(pipeline)
    use_lightning_schedule(pipeline, sampler_of(evaluation, model))
# evalmark:begin lora
    names = []
    for index, lora in enumerate(model.get("loras", [])):
        name = f"lora_{index}"
        pipeline.load_lora_weights(
            source_of(lora["repository"]),
            weight_name=lora.get("file"),
            revision=lora.get("revision"),
            adapter_name=name,
        )
        names.append(name)
    if names:
        pipeline.set_adapters(names, adapter_weights=[lora.get("scale", 1.0) for lora in model["loras"]])
# evalmark:end lora
    if not on_cpu(evaluation):
        pipeline.enable_model_cpu_offload()
    pipeline.set_progress_bar_config(disable=True)
    return pipeline, time.monotonic() - started


def give_vision_positions(pipeline):
    """
    transformers 5 places picture tokens by row and column only where it is told which tokens are a picture's; the
    diffusers of its time does not tell it. The models were trained with rows and columns.
    """
    encoder = getattr(pipeline, "text_encoder", None)
    token = getattr(getattr(encoder, "config", None), "image_token_id", None)
    if token is None or "mm_token_type_ids" not in inspect.signature(encoder.forward).parameters:
        return
    forward = encoder.forward

    def with_token_types(*positional, **named):
        ids = named.get("input_ids")
        if ids is not None and named.get("mm_token_type_ids") is None:
            named["mm_token_type_ids"] = (ids == token).int()
        return forward(*positional, **named)

    encoder.forward = with_token_types


def use_lightning_schedule(pipeline, sampler):
    """The settings that Lightning LoRAs are published with."""
    if sampler.get("scheduler") == "lightning":
        import math

        shift = {"base_shift": math.log(3), "max_shift": math.log(3), "shift_terminal": None}
        pipeline.scheduler = type(pipeline.scheduler).from_config(pipeline.scheduler.config, **shift)


def read_references_at(pipeline, sampler):
    """diffusers reads every source picture at a megapixel unless its module says otherwise."""
    module = sys.modules[type(pipeline).__module__]
    if "referenceResolution" in sampler and hasattr(module, "VAE_IMAGE_SIZE"):
        module.VAE_IMAGE_SIZE = sampler["referenceResolution"] ** 2


def free_memory():
    import gc

    import torch

    gc.collect()
    if torch.cuda.is_available():
        torch.cuda.empty_cache()


# -- one edit --------------------------------------------------------------------------------------------------------


class MemoryMonitor:
    """Peak and average memory while a block runs, sampled every 50 ms: VRAM of this process, or its RAM on a CPU."""

    def __enter__(self):
        import threading

        import torch

        self.kind = "vram" if torch.cuda.is_available() else "ram"
        if self.kind == "vram":
            torch.cuda.reset_peak_memory_stats()
        self.samples = [self.used()]
        self.stopped = threading.Event()

        def sample():
            while not self.stopped.wait(0.05):
                self.samples.append(self.used())

        self.thread = threading.Thread(target=sample, daemon=True)
        self.thread.start()
        return self

    def used(self):
        if self.kind == "vram":
            import torch

            return torch.cuda.memory_allocated()
        import psutil

        return psutil.Process().memory_info().rss

    def __exit__(self, *_):
        import torch

        self.stopped.set()
        self.thread.join()
        self.peak = torch.cuda.max_memory_reserved() if self.kind == "vram" else max(self.samples)
        self.average = sum(self.samples) // len(self.samples)


def run_edit(pipeline, evaluation, model, picture, edit, seed, output, load_seconds):
    import torch
    from PIL import Image, ImageOps

    sampler = sampler_of(evaluation, model)
    read_references_at(pipeline, sampler)
    folder = ROOT / evaluation["pictures"]["folder"]
    sources = [ImageOps.exif_transpose(Image.open(file)).convert("RGB") for file in (picture, *(folder / name for name in edit.get("references", [])))]
    arguments = {
        "image": sources,
        "prompt": edit["prompt"],
        "num_inference_steps": sampler["steps"],
        "generator": torch.Generator("cpu").manual_seed(seed),
    }
    accepted = inspect.signature(pipeline.__call__).parameters
    guidance = "true_cfg_scale" if "true_cfg_scale" in accepted else "guidance_scale"
    arguments[guidance] = sampler["guidance"]
    if "negative_prompt" in accepted and "negativePrompt" in edit:
        arguments["negative_prompt"] = edit["negativePrompt"]
    for side in ("width", "height"):
        if side in sampler:
            arguments[side] = sampler[side]

    started = time.monotonic()
    with MemoryMonitor() as memory:
        result = pipeline(**arguments).images[0]
    seconds = time.monotonic() - started
    print(f"{output.stem}: {seconds:.1f} s, {memory.peak / 1e9:.2f} GB {memory.kind.upper()}")

    output.parent.mkdir(parents=True, exist_ok=True)
    partial = output.with_name(f".{output.name}.tmp")
    result.save(partial, format="PNG")
    partial.replace(output)
    write_sidecar(evaluation, model, picture, sources[0], edit, seed, output, result, load_seconds, seconds, memory)


def write_sidecar(evaluation, model, picture, source, edit, seed, output, result, load_seconds, seconds, memory):
    """Metadata in Evalmark's format: what was asked, what it took, and the hashes that tie it to its files."""
    sampler = sampler_of(evaluation, model)
    folder = ROOT / evaluation["pictures"]["folder"]
    references = [{"file": name, "sha256": sha256(folder / name)} for name in edit.get("references", [])]
    generation = {
        "version": 1,
        "id": f"{model['id']}/{output.stem}",
        "modelId": model["id"],
        "picture": {"file": picture.name, "sha256": sha256(picture), "width": source.width, "height": source.height},
        **({"references": references} if references else {}),
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
        **{key: sampler[key] for key in ("scheduler", "referenceResolution") if key in sampler},
        "noise": "torch",
        "device": "cpu" if on_cpu(evaluation) else "cuda",
        "precision": "nf4" if is_quantized(evaluation) else "float32" if on_cpu(evaluation) else "bfloat16",
        "output": {"file": output.name, "sha256": sha256(output), "width": result.width, "height": result.height},
        "seconds": {"load": round(load_seconds, 3), "edit": round(seconds, 3)},
        "memory": {"kind": memory.kind, "peakBytes": memory.peak, "averageBytes": memory.average},
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
