/** What shaped the output beside model and settings. Asked after a model was loaded, so that nothing loads for it. */
export async function versions(): Promise<Readonly<Record<string, string>>> {
  const { env } = await import('onnxruntime-node');
  const { default: sharp } = await import('sharp');
  return {
    onnxruntime: env.versions.node ?? env.versions.common,
    sharp: sharp.versions.sharp ?? 'unknown',
    libvips: sharp.versions.vips,
    node: process.versions.node,
  };
}
