"""Qwen2's tokenizer on many strings, and the whole text that the pipeline makes of a prompt."""

import numpy as np
from transformers import Qwen2Tokenizer

from reference import checkpoint_folder, save_golden

TEXTS = [
    "", " ", "  ", "\n", "\r\n\r\n  x", "a", "Turn the camera to the left", "turn THE camera", "don't I'LL we'Ve it's o'clock",
    "größer", "gro\u0308ßer", "山 and 山川", "👩‍👩‍👧 family 🏖️", "1234567890 3.14 -5%", "x = f(y) + {z};\n\tindent\n\n\nend   ",
    "a" * 300, "tab\tand\u00a0no-break\u2003em", "ﬁne ﬂow ①", "é e\u0301 ẛ̣", "<|not_special|> <im_end>", "مرحبا بالعالم", "हिन्दी में", "日本語のテキスト、です。",
    "one,two;three:four!five?six", "CamelCaseWords_and_snake", "\u200bzero\u200dwidth\ufeff", "…—–“quotes” ‘single’", "trailing space ", " leading space",
    "\x00\x01 control \x7f", "word\n word\n  word", "''s 't 'RE", "Ⅷ ½ ² 𝟘𝟙 ٣٤", "\U0001f1e9\U0001f1ea\U0001f1eb\U0001f1f7", "put her on a beach at sunset",
]

SPECIAL = ["<|im_end|>", "a<|im_start|>b", "x <|image_pad|> y", "<tool_call>z</tool_call>", "<|endoftext|><|vision_start|>"]


def main(folder):
    tokenizer = Qwen2Tokenizer.from_pretrained(folder / "tokenizer")
    golden = {f"ids.{index}": ids(tokenizer, text) for index, text in enumerate(TEXTS)}
    golden |= {f"special.{index}": ids(tokenizer, text) for index, text in enumerate(SPECIAL)}
    save_golden("tokens", golden, texts=TEXTS, special=SPECIAL, idsOfSpecial=tokenizer.get_added_vocab())


def ids(tokenizer, text):
    return np.array(tokenizer(text).input_ids, dtype=np.int64)


if __name__ == "__main__":
    main(checkpoint_folder())
