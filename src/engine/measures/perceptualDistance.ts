import { isKept, type KeptBlocks } from '../../core/evaluation/networkMeasures';
import { fail, ok, type Result } from '../../core/outcome';
import type { Picture } from '../pictures/loadPicture';
import { pilResize } from '../pictures/pilResize';
import { Network } from './network';
import { planesOf, signedScale } from './planes';

/** LPIPS (Zhang et al. 2018, CVPR) as one ONNX graph: two pictures from -1 to 1 in, one distance or a map of distances out. */
export class PerceptualDistance {
  private constructor(
    private readonly network: Network,
    private readonly inputs: readonly [string, string],
    private readonly fixed: Size | undefined,
  ) {}

  static async open(file: string): Promise<Result<PerceptualDistance>> {
    const opened = await Network.open(file);
    if (!opened.ok) return opened;
    const network = opened.value;
    const [first, second, ...others] = network.inputs;
    if (!first || !second || others.length > 0 || first.shape.length !== 4 || second.shape.length !== 4) return fail(network.refuse('LPIPS takes two pictures'));
    const [height, width] = [first.shape[2], first.shape[3]];
    const fixed = typeof width === 'number' && typeof height === 'number' && width > 0 && height > 0 ? { width, height } : undefined;
    return ok(new PerceptualDistance(network, [first.name, second.name], fixed));
  }

  /**
   * Where blocks are given, what the edit changed is put back from the source and the distance divided by the share that is
   * left, so that only the rest counts. `undefined` where nothing is left.
   */
  async between(source: Picture, output: Picture, kept?: KeptBlocks): Promise<number | undefined> {
    const size = this.fixed ?? fitted(source);
    const [one, other] = [scaled(source, size), scaled(output, size)];
    const share = kept ? putBack(one, other, kept) : 1;
    if (share === 0) return undefined;
    const dims = [1, 3, size.height, size.width];
    const outputs = await this.network.run({ [this.inputs[0]]: { data: planesOf(one, signedScale), dims }, [this.inputs[1]]: { data: planesOf(other, signedScale), dims } });
    const data = Object.values(outputs)[0]?.data ?? new Float32Array();
    return data.length === 0 ? undefined : data.reduce((sum, value) => sum + value, 0) / data.length / share;
  }
}

interface Size {
  readonly width: number;
  readonly height: number;
}

/** The pictures of its training had 64 pixels; at half a megapixel and more it hardly sees what people see. */
const longestSide = 512;

function fitted({ width, height }: Picture): Size {
  const scale = Math.min(1, longestSide / Math.max(width, height));
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) };
}

function scaled(picture: Picture, { width, height }: Size): Picture {
  const { pixels, ...size } = pilResize(picture, width, height, 'bicubic');
  return { ...size, pixels: Uint8Array.from(pixels) };
}

/** Changes the output. Gives the share of pixels that stay the output's own. */
function putBack(source: Picture, output: Picture, blocks: KeptBlocks): number {
  const { columns, rows } = blocks;
  const whole = Array.from({ length: columns * rows }, (_, index) => isKept(blocks, index));
  const { width, height } = source;
  let own = 0;
  for (let y = 0; y < height; y++) {
    const row = Math.floor((y * rows) / height) * columns;
    for (let x = 0; x < width; x++) {
      if (whole[row + Math.floor((x * columns) / width)]) own++;
      else output.pixels.set(source.pixels.subarray((y * width + x) * 3, (y * width + x + 1) * 3), (y * width + x) * 3);
    }
  }
  return own / (width * height);
}
