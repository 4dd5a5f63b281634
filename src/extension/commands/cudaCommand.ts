import { commands, env, l10n, ProgressLocation, Uri, window, type LogOutputChannel } from 'vscode';
import { fetchProvider, offerProvider, type ProviderOffer, type ProviderRequest } from '../../core/cuda/getProvider';
import { missingAdvice, missingText } from '../../core/cuda/libraries';
import { packageIndexAt, type PackageIndex } from '../../core/cuda/packageIndex';
import { findPackageIndex } from '../../core/cuda/pipIndex';
import type { Progress as Transfer } from '../../core/actions/action';
import { bytesText } from '../../core/hub/bytesText';
import type { Failure, Result } from '../../core/outcome';
import type { Environment } from '../environment/environment';
import type { EngineRuntime } from '../environment/engineRuntime';
import { readSettings, storePackageIndex } from '../settings';

/** `Evalmark: Get CUDA Provider`: finds it, shows its size, fetches it, and says what else CUDA lacks here. */
export class CudaCommand {
  constructor(
    private readonly runtime: EngineRuntime,
    private readonly environment: Environment,
    private readonly log: LogOutputChannel,
    private readonly renewEngine: () => void,
  ) {}

  async get(): Promise<void> {
    const state = await this.runtime.cuda();
    if (state.kind === 'foreign') {
      void window.showInformationMessage(l10n.t('ONNX Runtime has no CUDA for {0} on {1}. WebGPU is used instead where it works.', process.platform, process.arch));
      return;
    }
    if (state.kind === 'absent' && !(await this.fetch())) return;
    await this.sayHowFar();
  }

  private async fetch(): Promise<boolean> {
    const index = await this.packageIndex();
    if (!index) return false;
    const { folder, runtime } = this.runtime.cudaPlaces();
    const stop = new AbortController();
    const request = (progress?: (transfer: Transfer) => void): ProviderRequest => ({ index, folder, runtime, signal: stop.signal, log: this.log, ...(progress ? { progress } : {}) });
    const offer = await this.withProgress(l10n.t('Looking for the CUDA provider…'), stop, () => offerProvider(request()));
    if (!offer.ok) return this.refuse(offer.failure);
    if (!(await agreesTo(offer.value, folder))) return false;
    const got = await this.withProgress(l10n.t('Getting the CUDA provider…'), stop, (progress) => fetchProvider(offer.value, request(progress)));
    if (!got.ok) return got.failure.code === 'cancelled' ? false : this.refuse(got.failure);
    this.log.info(`The CUDA provider ${got.value.version} lies in ${got.value.natives}.`);
    this.renewEngine();
    return true;
  }

  /** Where this machine takes Python packages from; asked for only where nothing on it says so. */
  private async packageIndex(): Promise<PackageIndex | undefined> {
    const known = await findPackageIndex(readSettings().cudaIndex, process.env);
    if (known) return known;
    const address = await window.showInputBox({
      title: l10n.t('Where do Python packages come from?'),
      prompt: l10n.t('The CUDA provider is part of the Python package onnxruntime-gpu. No pip on this machine says from which package index to take it; the address is kept in the settings.'),
      placeHolder: 'https://…/simple',
      ignoreFocusOut: true,
      validateInput: (value) => (packageIndexAt(value.trim()) ? undefined : l10n.t('Give an address such as https://index.example/simple.')),
    });
    const index = address === undefined ? undefined : packageIndexAt(address.trim());
    if (index && address !== undefined) await storePackageIndex(address.trim());
    return index;
  }

  private async sayHowFar(): Promise<void> {
    await this.environment.check({ thorough: true });
    await commands.executeCommand('evalmark.environment.focus');
    const state = await this.runtime.cuda();
    if (state.kind === 'missing') {
      const copy = l10n.t('Copy What Is Missing');
      const text = `${missingText(state.missing)} cannot be found. ${missingAdvice(state.missing)}`;
      this.log.warn(text);
      const answer = await window.showWarningMessage(l10n.t('The CUDA provider is there, but CUDA cannot be used yet: {0}', text), copy, l10n.t('Name a Folder'));
      if (answer === copy) await env.clipboard.writeText(state.missing.join('\n'));
      else if (answer !== undefined) await commands.executeCommand('workbench.action.openSettings', 'evalmark.cuda.libraries');
      return;
    }
    const devices = this.environment.current?.facts.find(({ id }) => id === 'devices');
    const works = devices?.value.split(' → ').includes('cuda') === true;
    if (works) void window.showInformationMessage(l10n.t('CUDA computes rightly here. Edits use it from now on.'));
    else void window.showWarningMessage(l10n.t('The CUDA provider is there, but it is not used: {0}', devices?.detail.split('\n').find((line) => line.startsWith('cuda')) ?? ''));
  }

  private refuse({ message, advice, detail }: Failure): false {
    this.log.error([message, advice, detail].filter(Boolean).join(' '));
    void window.showErrorMessage(`${message} ${advice}`, l10n.t('Show Log')).then((answer) => answer && this.log.show());
    return false;
  }

  private withProgress<Value>(title: string, stop: AbortController, work: (progress: (transfer: Transfer) => void) => Promise<Result<Value>>): Thenable<Result<Value>> {
    return window.withProgress({ location: ProgressLocation.Notification, title, cancellable: true }, (progress, token) => {
      token.onCancellationRequested(() => stop.abort());
      let told = 0;
      return work(({ completed = 0, total = 0 }) => {
        const part = total > 0 ? (completed / total) * 100 : 0;
        progress.report({ message: l10n.t('{0} of {1}', bytesText(completed), bytesText(total)), increment: part - told });
        told = part;
      });
    });
  }
}

async function agreesTo({ wheel, bytes, kept, version }: ProviderOffer, folder: string): Promise<boolean> {
  const fetch = kept > 0 ? l10n.t('Go On with the Download') : l10n.t('Download');
  const size = kept > 0 ? l10n.t('{0}, of which {1} are there already', bytesText(bytes), bytesText(kept)) : bytesText(bytes);
  const detail = [
    l10n.t('The official package onnxruntime-gpu {0} is fetched from {1}: {2}.', version, new URL(wheel.url).host, size),
    l10n.t('Its checksum is checked, and two libraries of it are kept in {0}.', Uri.file(folder).fsPath),
  ].join('\n\n');
  return (await window.showInformationMessage(l10n.t('Get the CUDA provider?'), { modal: true, detail }, fetch)) === fetch;
}
