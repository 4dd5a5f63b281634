import { fetchProvider, offerProvider, type ProviderRequest } from '../core/cuda/getProvider';
import { findCudaState, type CudaState } from '../core/cuda/cudaState';
import { missingAdvice, missingText } from '../core/cuda/libraries';
import { findPackageIndex } from '../core/cuda/pipIndex';
import { bytesText } from '../core/hub/bytesText';
import type { CliArguments } from './arguments';
import { cudaPlaces } from './engineMachine';
import { reportFailure } from './openPlan';
import { ProgressLine } from './progressLine';
import { terminalAsk } from './terminalAsk';

/** `evalmark cuda`: gets the runtime's provider for CUDA, after its size was shown, and says which of NVIDIA's libraries lack. */
export async function cuda(args: CliArguments): Promise<number> {
  const places = cudaPlaces();
  let state = await findCudaState(places);
  if (state.kind === 'absent') {
    const code = await get(args, places);
    if (code !== 0) return code;
    state = await findCudaState(places);
  }
  process.stdout.write(`${textOf(state)}\n`);
  return state.kind === 'ready' ? 0 : 1;
}

async function get({ index: address, yes, json }: CliArguments, { folder, runtime }: { readonly folder: string; readonly runtime: string }): Promise<number> {
  const index = await findPackageIndex(address, process.env);
  if (!index) {
    process.stderr.write('No pip on this machine says where Python packages come from: name a package index with --index ADDRESS.\n');
    return 2;
  }
  const stop = new AbortController();
  const line = new ProgressLine(process.stderr);
  const request: ProviderRequest = { index, folder, runtime, signal: stop.signal, progress: (progress) => line.show('CUDA provider', progress) };
  const cancel = (): void => stop.abort();
  process.on('SIGINT', cancel);
  try {
    const offer = await offerProvider(request);
    if (!offer.ok) return refused(offer.failure, json);
    const { wheel, bytes, kept } = offer.value;
    process.stdout.write(`${wheel.name} from ${new URL(wheel.url).host}: ${bytesText(bytes)}${kept > 0 ? `, of which ${bytesText(kept)} are there already` : ''}\n`);
    const agreed = await terminalAsk({ yes }).confirm({ title: 'Get the CUDA provider?', agree: 'Download', kind: 'question' });
    if (agreed !== true) return agreed === undefined ? 3 : 1;
    const got = await fetchProvider(offer.value, request);
    line.clear();
    return got.ok ? 0 : refused(got.failure, json);
  } finally {
    line.clear();
    process.off('SIGINT', cancel);
  }
}

function refused(failure: Parameters<typeof reportFailure>[0], json: boolean): number {
  reportFailure(failure, json);
  return 1;
}

function textOf(state: CudaState): string {
  switch (state.kind) {
    case 'foreign':
      return 'ONNX Runtime has no CUDA for this system.';
    case 'absent':
      return 'The CUDA provider is not there.';
    case 'missing':
      return `The CUDA provider is there, but ${missingText(state.missing)} cannot be found. ${missingAdvice(state.missing)}`;
    case 'ready':
      return `The CUDA provider ${state.provider.version} and all of its libraries are there. Try it: evalmark doctor`;
  }
}
