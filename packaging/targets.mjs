/**
 * The systems that Evalmark is packaged for, and what of the native packages each of them needs. `runtime` are the files
 * of onnxruntime-node; what else lies in its folder is for other systems, a double, or a CUDA provider of this machine.
 */
export const targets = {
  'linux-x64': { os: 'linux', cpu: 'x64', runtime: ['onnxruntime_binding.node', 'libonnxruntime.so.1'] },
  'linux-arm64': { os: 'linux', cpu: 'arm64', runtime: ['onnxruntime_binding.node', 'libonnxruntime.so.1'] },
  'darwin-arm64': { os: 'darwin', cpu: 'arm64', runtime: ['onnxruntime_binding.node', 'libonnxruntime.1.dylib'] },
  'win32-x64': { os: 'win32', cpu: 'x64', runtime: ['onnxruntime_binding.node', 'onnxruntime.dll', 'DirectML.dll', 'dxcompiler.dll', 'dxil.dll'] },
};

/** The target that this machine can run, if it is one of them. */
export const ownTarget = `${process.platform}-${process.arch}` in targets ? `${process.platform}-${process.arch}` : undefined;

/** Packages that exist once for each system; Windows has libvips in sharp's own. */
export function nativePackages(target) {
  const { os, cpu } = targets[target];
  const libvips = os === 'win32' ? [] : [`@img/sharp-libvips-${os}-${cpu}`];
  return [`@img/sharp-${os}-${cpu}`, ...libvips, `@lydell/node-pty-${os}-${cpu}`];
}

/** Packages that stay outside the bundles because they load native files of their own. */
export const outsidePackages = ['sharp', 'onnxruntime-node', '@lydell/node-pty'];
