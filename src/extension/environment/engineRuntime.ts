import { createRequire } from 'node:module';
import path from 'node:path';
import { workspace, type ExtensionContext } from 'vscode';
import { findCudaState, type CudaPlaces, type CudaState } from '../../core/cuda/cudaState';
import { cudaSetup } from '../../core/environment/engineSetup';
import type { DeviceReport } from '../../core/environment/engineFacts';
import { findNode, type NodeProgram } from '../../core/environment/findNode';
import { reportDevices } from '../../engine/deviceReport';
import type { EngineProgram } from '../../engine/engineChild';
import { programFor } from '../../engine/engineSetup';
import { Lifetime } from '../lifetime';
import { readSettings } from '../settings';

/** What runs the engine here: which Node, with which runtime and libraries, in which order of devices. */
export class EngineRuntime {
  private readonly lifetime = new Lifetime();
  /** The bundled child. */
  readonly entry: string;

  constructor(private readonly context: Pick<ExtensionContext, 'asAbsolutePath' | 'globalStorageUri'>) {
    this.entry = context.asAbsolutePath('dist/engine.cjs');
  }

  /** Calls when a setting changes that the engine's process has from its start. */
  onSettings(changed: () => void): void {
    this.lifetime.add(workspace.onDidChangeConfiguration((event) => ['evalmark.engine.node', 'evalmark.engine.devices', 'evalmark.cuda.libraries'].some((setting) => event.affectsConfiguration(setting)) && changed()));
  }

  node(): Promise<NodeProgram> {
    return findNode(readSettings().engineNode, process.env, { file: process.execPath, electron: process.versions.electron !== undefined });
  }

  cuda(): Promise<CudaState> {
    return findCudaState(this.cudaPlaces());
  }

  cudaPlaces(): CudaPlaces {
    const runtime = path.join(path.dirname(createRequire(this.entry).resolve('onnxruntime-node')), '..');
    return { folder: path.join(this.context.globalStorageUri.fsPath, 'cuda'), runtime, named: readSettings().cudaLibraries, environment: process.env };
  }

  async program(): Promise<EngineProgram> {
    const [node, cuda] = await Promise.all([this.node(), this.cuda()]);
    return programFor({ file: node.file, devices: readSettings().engineDevices, ...cudaSetup(cuda) });
  }

  async devices(): Promise<DeviceReport> {
    return reportDevices(this.entry, await this.program());
  }

  dispose(): void {
    this.lifetime.dispose();
  }
}
