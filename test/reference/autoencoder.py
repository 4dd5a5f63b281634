"""AutoencoderKLQwenImage for one frame: encoder, decoder, and both in tiles."""

import torch
from diffusers import AutoencoderKLQwenImage

from reference import Recording, checkpoint_folder, numbers, picture, save_golden


def main(folder):
    model = AutoencoderKLQwenImage.from_pretrained(folder / "vae", dtype=torch.float32).eval()
    save_golden("autoencoder", encoder(model) | decoder(model) | tiled(model), tileSize=32, tileStride=24)


def encoder(model):
    pixels = picture(11, 32, 24)
    recording = Recording()
    recording.watch("encoder.conv_in", model.encoder.conv_in, frame)
    for index in (1, 2, 5, 8, 10):
        recording.watch(f"encoder.down_blocks.{index}", model.encoder.down_blocks[index], frame)
    recording.watch("encoder.mid_block", model.encoder.mid_block, frame)
    mean = model.encode(signed(pixels)).latent_dist.mode()
    return {"picture": pixels, "latents": normalised(model, mean)[0, :, 0], "mean": mean[0, :, 0]} | recording.stop()


def decoder(model):
    latents = numbers(12, 16, 3, 4)
    recording = Recording()
    recording.watch("decoder.conv_in", model.decoder.conv_in, frame)
    recording.watch("decoder.mid_block", model.decoder.mid_block, frame)
    for index, block in enumerate(model.decoder.up_blocks):
        recording.watch(f"decoder.up_blocks.{index}", block, frame)
    decoded = model.decode(raw(model, latents[None, :, None])).sample
    return {"decodedLatents": latents, "decoded": decoded[0, :, 0]} | recording.stop()


def tiled(model):
    """Small tiles on a picture whose sides are no multiple of the stride."""
    pixels = picture(13, 80, 64)
    model.enable_tiling(tile_sample_min_height=32, tile_sample_min_width=32, tile_sample_stride_height=24, tile_sample_stride_width=24)
    mean = model.encode(signed(pixels)).latent_dist.mode()
    latents = numbers(14, 16, 8, 10)
    decoded = model.decode(raw(model, latents[None, :, None])).sample
    model.disable_tiling()
    return {
        "tiled.picture": pixels, "tiled.latents": normalised(model, mean)[0, :, 0],
        "tiled.decodedLatents": latents, "tiled.decoded": decoded[0, :, 0],
    }


def frame(output):
    return output[0, :, 0] if output.dim() == 5 else output[0]


def signed(pixels):
    return torch.from_numpy(pixels).permute(2, 0, 1).float().div(255).mul(2).sub(1)[None, :, None]


def normalised(model, latents):
    means, deviations = statistics(model)
    return (latents - means) / deviations


def raw(model, latents):
    means, deviations = statistics(model)
    return latents / (1.0 / deviations) + means


def statistics(model):
    return tuple(torch.tensor(values).view(1, 16, 1, 1, 1) for values in (model.config.latents_mean, model.config.latents_std))


if __name__ == "__main__":
    main(checkpoint_folder())
