"""
Networks that measure, in the layouts of the published files but tiny and with random weights, and what the reference
implementations answer on them: OpenCV's FaceDetectorYN and FaceRecognizerSF, transformers' DINOv2 and CLIP, the lpips package.

    python measures.py          writes test/goldens/measures/ and test/goldens/measures.safetensors

No published weights can be had offline. That the real files have these names and shapes was read from their cards and
from the code that runs them; whether a person is told from another was not seen here.
"""

import json
from collections import namedtuple
from pathlib import Path

import cv2
import lpips
import numpy as np
import onnx
import torch
import transformers
from onnx import TensorProto, helper, numpy_helper
from PIL import Image
from safetensors.torch import save_file

GOLDENS = Path(__file__).resolve().parent.parent / "goldens"
FOLDER = GOLDENS / "measures"
torch.set_num_threads(1)
torch.set_grad_enabled(False)


def picture(width, height, kind):
    """Made by whole numbers alone, so that the tests make the same: see `measurePictures.ts`."""
    y, x = np.mgrid[0:height, 0:width].astype(np.int64)
    channels = [(x * (3 + c) + y * (5 - c) + ((x * y) >> 6) * (kind + 1) + ((x * x + y * y * (c + 1)) >> 7)) & 255 for c in range(3)]
    return np.stack(channels, axis=-1).astype(np.uint8)


def save(graph, inputs, outputs, weights, name):
    tensors = [numpy_helper.from_array(value, key) for key, value in weights.items()]
    model = helper.make_model(helper.make_graph(graph, "measure", inputs, outputs, tensors), opset_imports=[helper.make_opsetid("", 13)], producer_name="measures.py")
    model.ir_version = 8
    onnx.checker.check_model(model)
    onnx.save(model, FOLDER / name)


def yunet(name, height, width):
    """Twelve heads at three strides, as face_detection_yunet_2023mar.onnx (fixed size) and its later exports (open size)."""
    random = np.random.default_rng(7)
    weights, nodes, outputs = {}, [], []

    def conv(x, to, channels, size, stride, bias, gain, y):
        weights[f"{y}.w"] = (random.standard_normal((to, channels, size, size)) * gain / np.sqrt(channels * size * size)).astype(np.float32)
        weights[f"{y}.b"] = np.asarray(bias, dtype=np.float32)
        nodes.append(helper.make_node("Conv", [x, f"{y}.w", f"{y}.b"], [y], kernel_shape=[size, size], strides=[stride, stride]))
        return y

    features = "input"
    for stride, (size, channels, gain) in {8: (8, 3, 0.02), 16: (2, 8, 2.0), 32: (2, 8, 2.0)}.items():
        convolved = conv(features, 8, channels, size, size, np.full(8, 0.1), gain, f"stage{stride}")
        nodes.append(helper.make_node("Relu", [convolved], [f"features{stride}"]))
        features = f"features{stride}"
        for head, to, bias, head_gain in (("cls", 1, [1.6], 3.0), ("obj", 1, [1.6], 3.0), ("bbox", 4, [0.5, 0.5, 1.2, 1.4], 0.6), ("kps", 10, [0.3, 0.3, 0.8, 0.3, 0.5, 0.6, 0.3, 0.8, 0.7, 0.8], 0.3)):
            raw = conv(features, to, 8, 1, 1, bias, head_gain, f"{head}_{stride}.conv")
            nodes.append(helper.make_node("Transpose", [raw], [f"{head}_{stride}.last"], perm=[0, 2, 3, 1]))
            weights[f"{head}_{stride}.shape"] = np.array([1, -1, to], dtype=np.int64)
            flat = f"{head}_{stride}.flat" if to == 1 else f"{head}_{stride}"
            nodes.append(helper.make_node("Reshape", [f"{head}_{stride}.last", f"{head}_{stride}.shape"], [flat]))
            if to == 1:
                nodes.append(helper.make_node("Sigmoid", [flat], [f"{head}_{stride}"]))
            outputs.append(helper.make_tensor_value_info(f"{head}_{stride}", TensorProto.FLOAT, [1, None, to]))
    save(nodes, [helper.make_tensor_value_info("input", TensorProto.FLOAT, [1, 3, height, width])], outputs, weights, name)


def sface():
    """Takes 0 to 255 and centres it itself, 112 x 112 to 128 numbers, as face_recognition_sface_2021dec.onnx."""
    random = np.random.default_rng(11)
    weights = {"mean": np.array(127.5, np.float32), "scale": np.array(0.0078125, np.float32), "w": random.standard_normal((8, 3, 7, 7)).astype(np.float32), "shape": np.array([1, 128], np.int64)}
    nodes = [
        helper.make_node("Sub", ["data", "mean"], ["centred"]), helper.make_node("Mul", ["centred", "scale"], ["scaled"]),
        helper.make_node("AveragePool", ["scaled"], ["small"], kernel_shape=[4, 4], strides=[4, 4]),
        helper.make_node("Conv", ["small", "w"], ["features"], kernel_shape=[7, 7], strides=[7, 7]), helper.make_node("Reshape", ["features", "shape"], ["fc1"]),
    ]
    save(nodes, [helper.make_tensor_value_info("data", TensorProto.FLOAT, [1, 3, 112, 112])], [helper.make_tensor_value_info("fc1", TensorProto.FLOAT, [1, 128])], weights, "sface.onnx")


def faces():
    source = picture(200, 150, 0)
    bgr = np.ascontiguousarray(source[:, :, ::-1])
    detector = cv2.FaceDetectorYN.create(str(FOLDER / "yunet.onnx"), "", (200, 150), 0.8, 0.3, 5000)
    _, found = detector.detect(bgr)
    fixed = cv2.FaceDetectorYN.create(str(FOLDER / "yunet.onnx"), "", (96, 64), 0.8, 0.3, 5000)
    _, few = fixed.detect(np.ascontiguousarray(picture(96, 64, 1)[:, :, ::-1]))
    recognizer = cv2.FaceRecognizerSF.create(str(FOLDER / "sface.onnx"), "")
    # One upright, one turned and partly outside: x, y, w, h, five points, score.
    rows = np.array([[60, 40, 60, 70, 75, 66, 104, 64, 90, 82, 78, 96, 103, 95, 1], [120, -8, 90, 80, 150, 20, 186, 41, 160, 48, 135, 55, 165, 72, 1]], np.float32)
    crops = [recognizer.alignCrop(bgr, row) for row in rows]
    features = [recognizer.feature(crop).copy() for crop in crops]
    cosine = recognizer.match(features[0].copy(), features[1].copy(), cv2.FaceRecognizerSF_FR_COSINE)
    return {
        "faces": found, "faces.96": few, "align.rows": rows, "align.crops": np.stack([crop[:, :, ::-1] for crop in crops]), "sface.features": np.concatenate(features), "sface.cosine": np.array([cosine], np.float32),
    }


def export(model, inputs, names, outputs, name, dynamic=None):
    # Not optimised: the exporter takes the 1e-10 that lpips adds to a norm for nothing, and divides 0 by 0.
    torch.onnx.export(model, inputs, FOLDER / name, input_names=names, output_names=outputs, dynamic_shapes=dynamic, dynamo=True, external_data=False, verbose=False, optimize=False)
    stored = onnx.load(FOLDER / name)
    for node in stored.graph.node:
        node.doc_string = ""
        del node.metadata_props[:]
    del stored.graph.value_info[:]
    del stored.metadata_props[:]
    onnx.save(stored, FOLDER / name)


class Output(torch.nn.Module):
    """One output of a model of transformers, by its name."""

    def __init__(self, model, name, argument):
        super().__init__()
        self.model, self.name, self.argument = model, name, argument

    def forward(self, value):
        return getattr(self.model(**{self.argument: value}), self.name)


def processed(size, crop, mean, std, image):
    """What BitImageProcessor and CLIPImageProcessor do, in Pillow: bicubic on the shorter side, the middle, scaled."""
    processor = transformers.CLIPImageProcessorPil(
        do_resize=True, size={"shortest_edge": size}, resample=Image.Resampling.BICUBIC, do_center_crop=True, crop_size={"height": crop, "width": crop},
        do_rescale=True, rescale_factor=1 / 255, do_normalize=True, image_mean=mean, image_std=std, do_convert_rgb=True,
    )
    return processor(Image.fromarray(image), return_tensors="pt").pixel_values


def dino():
    torch.manual_seed(3)
    config = transformers.Dinov2Config(hidden_size=8, num_hidden_layers=1, num_attention_heads=2, mlp_ratio=2, image_size=224, patch_size=14, layerscale_value=1.0, attn_implementation="eager")
    model = transformers.Dinov2Model(config).eval()
    for parameter in model.parameters():
        parameter.normal_(0, 0.3)
    values = [processed(256, 224, [0.485, 0.456, 0.406], [0.229, 0.224, 0.225], picture(400, 300, kind)) for kind in (0, 1)]
    export(Output(model, "last_hidden_state", "pixel_values"), (values[0],), ["pixel_values"], ["last_hidden_state"], "dino.onnx")
    return {"dino.pixels": values[0][0, :, ::16, ::16], "dino.class": torch.cat([model(pixel_values=value).last_hidden_state[:, 0] for value in values])}


TEXTS = ["a woman on a beach at sunset", "A Photo of THE person, in a studio!", "don't   they've\n it's", "größer 42 naïve 山", "", "a " * 100]


def clip_tokenizer():
    """256 bytes, the same at the end of a word, a few merges: the layout of CLIP's own vocabulary."""
    symbols = byte_symbols()
    merges = [("o", "n</w>"), ("a", "t</w>"), ("t", "h"), ("th", "e</w>"), ("b", "e"), ("be", "a"), ("c", "h</w>"), ("bea", "ch</w>"), ("s", "u"), ("su", "n"), ("w", "o"), ("wo", "m"), ("a", "n</w>"), ("wom", "an</w>"), ("p", "er"), ("e", "r")]
    words = symbols + [symbol + "</w>" for symbol in symbols] + ["".join(pair) for pair in merges] + ["<|startoftext|>", "<|endoftext|>"]
    vocab = {word: index for index, word in enumerate(dict.fromkeys(words))}
    (FOLDER / "clip").mkdir(exist_ok=True)
    (FOLDER / "clip" / "vocab.json").write_text(json.dumps(vocab, ensure_ascii=False))
    (FOLDER / "clip" / "merges.txt").write_text("#version: 0.2\n" + "\n".join(" ".join(pair) for pair in merges) + "\n")
    return transformers.CLIPTokenizer(vocab=vocab, merges=merges), vocab


def byte_symbols():
    printable = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    others = [byte for byte in range(256) if byte not in printable]
    return sorted([chr(byte) for byte in printable] + [chr(0x100 + index) for index in range(len(others))])


def clip():
    torch.manual_seed(5)
    tokenizer, vocab = clip_tokenizer()
    end = vocab["<|endoftext|>"]
    common = {"hidden_size": 8, "intermediate_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2, "attn_implementation": "eager"}
    config = transformers.CLIPConfig(
        vision_config={**common, "image_size": 224, "patch_size": 32},
        text_config={**common, "vocab_size": len(vocab), "max_position_embeddings": 77, "eos_token_id": end, "bos_token_id": vocab["<|startoftext|>"], "pad_token_id": end},
        projection_dim=12,
    )
    model = transformers.CLIPModel(config).eval()
    for parameter in model.parameters():
        if parameter.dim() > 0:
            parameter.normal_(0, 0.3)
    vision, text = transformers.CLIPVisionModelWithProjection(config.vision_config).eval(), transformers.CLIPTextModelWithProjection(config.text_config).eval()
    vision.visual_projection, text.text_projection = model.visual_projection, model.text_projection
    vision.vision_model, text.text_model = model.vision_model, model.text_model
    mean, std = [0.48145466, 0.4578275, 0.40821073], [0.26862954, 0.26130258, 0.27577711]
    values = [processed(224, 224, mean, std, picture(400, 300, kind)) for kind in (0, 1)]
    ids = [tokenizer(words, return_tensors="pt", truncation=True, max_length=77).input_ids for words in TEXTS]
    export(Output(vision, "image_embeds", "pixel_values"), (values[0],), ["pixel_values"], ["image_embeds"], "clipVision.onnx")
    export(Output(text, "text_embeds", "input_ids"), (ids[0],), ["input_ids"], ["text_embeds"], "clipText.onnx", ({1: torch.export.Dim("tokens", min=2, max=77)},))
    images = torch.cat([vision(pixel_values=value).image_embeds for value in values])
    words = torch.cat([text(input_ids=each).text_embeds for each in ids[:2]])
    unit = torch.nn.functional.normalize
    steps = [unit(side)[1] - unit(side)[0] for side in (images, words)]
    direction = torch.nn.functional.cosine_similarity(steps[0], steps[1], dim=0)
    golden = {"clip.pixels": values[0][0, :, ::16, ::16], "clip.images": images, "clip.words": words, "clip.direction": direction[None]}
    return golden | {f"clip.ids.{index}": each[0] for index, each in enumerate(ids)}


class TinyFeatures(torch.nn.Module):
    """Five stages in the place of AlexNet's."""

    channels = [4, 6, 8, 6, 6]

    def __init__(self):
        super().__init__()
        sizes = [3, *self.channels]
        self.stages = torch.nn.ModuleList(torch.nn.Conv2d(sizes[index], sizes[index + 1], 3, stride=2 if index < 3 else 1, padding=1) for index in range(5))

    def forward(self, x):
        outputs = []
        for stage in self.stages:
            x = torch.relu(stage(x))
            outputs.append(x)
        return namedtuple("Outputs", ["relu1", "relu2", "relu3", "relu4", "relu5"])(*outputs)


def perceptual():
    """The package's own forward pass: its scaling, its normalisation, its linear layers and its averages."""
    torch.manual_seed(9)
    model = lpips.LPIPS(net="squeeze", pretrained=False, pnet_rand=True, lpips=False, verbose=False)
    model.net, model.chns, model.L, model.lpips = TinyFeatures(), TinyFeatures.channels, 5, True
    model.lins = torch.nn.ModuleList(lpips.NetLinLayer(channels, use_dropout=False) for channels in model.chns)
    for lin in model.lins:
        lin.model[-1].weight.uniform_(0, 1)
    model.eval()
    pair = [lpips.im2tensor(picture(160, 128, kind)) for kind in (0, 1)]
    size = {2: torch.export.Dim("height", min=16, max=4096), 3: torch.export.Dim("width", min=16, max=4096)}
    export(model, tuple(pair), ["source", "output"], ["distance"], "lpips.onnx", (size, size))
    half = picture(160, 128, 1)
    half[:, 80:] = picture(160, 128, 0)[:, 80:]
    kept = model(pair[0], lpips.im2tensor(half)) / 0.5
    return {"lpips.whole": model(*pair).flatten(), "lpips.left": kept.flatten()}


def main():
    FOLDER.mkdir(parents=True, exist_ok=True)
    yunet("yunet.onnx", "height", "width")
    yunet("yunetFixed.onnx", 64, 96)
    sface()
    golden = faces() | dino() | clip() | perceptual()
    versions = {module.__name__: module.__version__ for module in (cv2, torch, transformers, np, onnx)} | {"lpips": "0.1.4"}
    tensors = {key: torch.as_tensor(np.ascontiguousarray(value)).clone() for key, value in sorted(golden.items())}
    save_file(tensors, GOLDENS / "measures.safetensors", metadata={"versions": json.dumps(versions), "texts": json.dumps(TEXTS, ensure_ascii=False)})
    for key, value in tensors.items():
        print(key, tuple(value.shape))
    for file in sorted(FOLDER.rglob("*")):
        if file.is_file():
            print(f"{file.name:20} {file.stat().st_size / 1024:7.1f} KB")


if __name__ == "__main__":
    main()
