import { ProgressLocation, l10n, window } from 'vscode';
import type { Logger } from '../../core/actions/action';
import { readEvaluation } from '../../core/evaluation/evaluationFile';
import type { MeasureNetworks } from '../../core/evaluation/networkMeasures';
import { bytesText } from '../../core/hub/bytesText';
import type { HubConnection } from '../../core/hub/connection';
import { downloadMeasureNetworks, networkGaps, networksOf, offerText, type NetworkGaps, type OfferedNetwork } from '../../core/hub/measureNetworks';
import type { Result } from '../../core/outcome';

export interface PlanNetworksContext {
  readonly workspace: string;
  readonly evaluationPath: string;
  readonly cacheFolder: string;
  readonly log: Logger;
  hub(): Promise<Result<HubConnection>>;
}

/** The networks that measure for one plan: where they are, what is missing, and fetching that. */
export class PlanNetworks {
  constructor(private readonly context: PlanNetworksContext) {}

  async find(): Promise<MeasureNetworks> {
    const { evaluationPath, workspace, cacheFolder, log } = this.context;
    const evaluation = await readEvaluation(evaluationPath);
    const found = await networksOf(evaluation.ok ? evaluation.value : {}, workspace, cacheFolder);
    if (found.ok) return found.value;
    log.warn(`${found.failure.message} ${found.failure.advice}`);
    return {};
  }

  async gaps(): Promise<NetworkGaps> {
    const evaluation = await readEvaluation(this.context.evaluationPath);
    return networkGaps(await this.find(), evaluation.ok ? evaluation.value : { edits: [] });
  }

  /** Shows names, sizes and licences, and fetches what the person agrees to. `true` when something new is there. */
  async fetch(): Promise<boolean> {
    const { offered } = await this.gaps();
    if (offered.length === 0) return false;
    const faces = offered.filter(({ role }) => role === 'detector' || role === 'recognizer');
    const choices = [...(faces.length > 0 && faces.length < offered.length ? [{ title: l10n.t('Faces ({0})', sizeOf(faces)), networks: faces }] : []), { title: l10n.t('All ({0})', sizeOf(offered)), networks: offered }];
    const chosen = await window.showInformationMessage(l10n.t('Download networks that measure?'), { modal: true, detail: offered.map(offerText).join('\n') }, ...choices);
    return chosen ? this.download(chosen.networks) : false;
  }

  private async download(networks: readonly OfferedNetwork[]): Promise<boolean> {
    const hub = await this.context.hub();
    const fetched = hub.ok ? await this.fetching(networks, { ...hub.value, cacheFolder: this.context.cacheFolder }) : hub;
    if (!fetched.ok && fetched.failure.code !== 'cancelled') void window.showErrorMessage(`${fetched.failure.message} ${fetched.failure.advice}`);
    return fetched.ok;
  }

  private fetching(networks: readonly OfferedNetwork[], connection: HubConnection): Thenable<Result<void>> {
    return window.withProgress({ location: ProgressLocation.Notification, title: l10n.t('Networks that measure'), cancellable: true }, async (progress, token) => {
      const stop = new AbortController();
      token.onCancellationRequested(() => stop.abort());
      return downloadMeasureNetworks(connection, networks, { signal: stop.signal, log: this.context.log, progress: ({ message }) => progress.report({ ...(message !== undefined && { message }) }) });
    });
  }
}

function sizeOf(networks: readonly OfferedNetwork[]): string {
  return bytesText(networks.reduce((sum, { bytes }) => sum + bytes, 0));
}
