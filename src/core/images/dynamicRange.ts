/**
 * Whether a picture has values that a screen of standard range cannot show: floating point channels, the transfer functions
 * PQ and HLG (ITU-T H.273, codes 16 and 18) in a PNG's `cICP` chunk or an AVIF's `nclx` box, or a gain map beside a JPEG.
 * Such a picture is clipped where it is shown.
 * @param file its whole content
 */
export async function dynamicRange(file: Buffer): Promise<'standard' | 'high'> {
  const { default: sharp } = await import('sharp');
  const { format, depth } = await sharp(file, { limitInputPixels: false }).metadata();
  if (depth === 'float' || depth === 'double') return 'high';
  if (format === 'png') return hasHighTransfer(file, 'cICP', 1) ? 'high' : 'standard';
  if (format === 'heif') return hasHighTransfer(file, 'nclx', 2, 2) ? 'high' : 'standard';
  return format === 'jpeg' && hasGainMap(file) ? 'high' : 'standard';
}

const highTransfers: readonly number[] = [16, 18];

/** Metadata stands before the pixels. */
const headBytes = 1 << 20;

/**
 * @param offset of the transfer function's code behind the name of its box, in bytes
 * @param bytes of the code, big-endian
 */
function hasHighTransfer(file: Buffer, box: string, offset: number, bytes = 1): boolean {
  const at = file.subarray(0, headBytes).indexOf(box, 0, 'latin1');
  const place = at + box.length + offset;
  return at >= 0 && place + bytes <= file.length && highTransfers.includes(file.readUIntBE(place, bytes));
}

/** Ultra HDR (ISO 21496-1 and the older XMP names for it). */
function hasGainMap(file: Buffer): boolean {
  const head = file.subarray(0, headBytes);
  return head.includes('http://ns.adobe.com/hdr-gain-map/1.0/', 0, 'latin1') || head.includes('urn:iso:std:iso:ts:21496:-1', 0, 'latin1');
}
