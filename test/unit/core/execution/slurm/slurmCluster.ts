import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { accessSync, constants, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { hostname, tmpdir } from 'node:os';
import path from 'node:path';

/** Why no Slurm can be started here; `undefined` when one can. */
export function whyNoSlurm(): string | undefined {
  if (process.platform !== 'linux') return 'Slurm runs on Linux only';
  if (process.getuid?.() !== 0) return 'starting Slurm’s daemons needs root';
  const missing = ['munged', 'slurmctld', 'slurmd'].find((name) => !isThere(name));
  return missing === undefined ? undefined : `${missing} is not installed (Debian: apt-get install --no-install-recommends slurm-wlm munge)`;
}

/** A real Slurm on loopback: munge, a controller and two node daemons on ports of their own, in one folder that goes with it. */
export class SlurmCluster {
  private readonly daemons = new Map<string, ChildProcess>();

  private constructor(readonly folder: string) {}

  static async start(): Promise<SlurmCluster> {
    const folder = mkdtempSync(path.join(tmpdir(), 'evalmark-slurm-'));
    const cluster = new SlurmCluster(folder);
    try {
      await cluster.startDaemons();
    } catch (error) {
      await cluster.stop();
      throw error;
    }
    return cluster;
  }

  /** What a submitter needs in its environment. */
  get configuration(): string {
    return path.join(this.folder, 'slurm.conf');
  }

  command(name: string, ...words: string[]): string {
    return execFileSync(name, words, { env: { ...process.env, SLURM_CONF: this.configuration }, encoding: 'utf8' });
  }

  /** Tasks of all jobs by state. */
  states(): ReadonlyMap<string, number> {
    const counts = new Map<string, number>();
    for (const state of this.command('squeue', '--noheader', '--array', '--states=all', '--format=%T').split('\n').filter(Boolean)) counts.set(state, (counts.get(state) ?? 0) + 1);
    return counts;
  }

  async startNode(name: 'n1' | 'n2'): Promise<void> {
    this.spawn(name, 'slurmd', ['-D', '-N', name, '-f', this.configuration]);
    await this.until(() => this.command('sinfo', '--noheader', '--nodes', name, '--format=%T').trim() === 'idle' || this.command('sinfo', '--noheader', '--nodes', name, '--format=%T').startsWith('mixed'));
  }

  /** As a node that loses its power: the daemon is gone without a word, what it had started may live on unseen. */
  killNode(name: 'n1' | 'n2'): void {
    this.daemons.get(name)?.kill('SIGKILL');
    this.daemons.delete(name);
  }

  async stop(): Promise<void> {
    try {
      this.command('scancel', '--user=root', '--full');
      this.command('scontrol', 'shutdown');
    } catch {
      // Where the controller never came up there is nothing to cancel.
    }
    for (const [name, daemon] of [...this.daemons].reverse()) {
      if (daemon.exitCode === null && daemon.signalCode === null) {
        const gone = new Promise((resolve) => daemon.once('exit', resolve));
        daemon.kill('SIGTERM');
        await Promise.race([gone, new Promise((resolve) => setTimeout(resolve, 2000))]);
        daemon.kill('SIGKILL');
      }
      this.daemons.delete(name);
    }
    // Steps of killed node daemons belong to nobody; they carry the folder in what they were started with.
    killThoseOf(this.folder);
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 5 });
  }

  private async startDaemons(): Promise<void> {
    const { folder } = this;
    for (const name of ['munge', 'state', 'spool']) mkdirSync(path.join(folder, name));
    const key = path.join(folder, 'munge', 'key');
    writeFileSync(key, randomBytes(1024), { mode: 0o600 });
    const socket = path.join(folder, 'munge', 'socket');
    const files = ['pid', 'log', 'seed'].map((name) => `--${name}-file=${path.join(folder, 'munge', name)}`);
    this.spawn('munged', 'munged', ['--foreground', '--force', `--socket=${socket}`, `--key-file=${key}`, ...files]);
    await this.until(() => execFileSync('munge', ['--socket', socket, '--no-input'], { stdio: ['ignore', 'pipe', 'ignore'] }).length > 0);
    const [controller, first, second] = await freePorts(3);
    writeFileSync(path.join(folder, 'plugstack.conf'), '');
    writeFileSync(this.configuration, configuration(folder, socket, controller ?? 0, [first ?? 0, second ?? 0]));
    this.spawn('slurmctld', 'slurmctld', ['-D', '-f', this.configuration]);
    await this.until(() => this.command('scontrol', 'ping').includes('UP'));
    for (const name of ['n1', 'n2'] as const) await this.startNode(name);
  }

  private spawn(name: string, program: string, words: readonly string[]): void {
    const daemon = spawn(program, words, { env: { ...process.env, SLURM_CONF: this.configuration }, stdio: 'ignore' });
    daemon.on('error', () => undefined);
    this.daemons.set(name, daemon);
  }

  private async until(met: () => boolean): Promise<void> {
    for (const end = Date.now() + 60_000; ; ) {
      try {
        if (met()) return;
      } catch {
        // Not yet.
      }
      if (Date.now() > end) throw new Error('Slurm did not come up.');
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}

/** Two nodes that claim more processors than there are, so that many small tasks can run; jobs requeue after five seconds instead of two minutes. */
function configuration(folder: string, socket: string, port: number, ports: readonly number[]): string {
  const host = hostname().split('.')[0] ?? 'localhost';
  return `ClusterName=evalmark
SlurmctldHost=${host}(127.0.0.1)
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket=${socket},cred_expire=5
SlurmctldPort=${port}
SlurmctldPidFile=${folder}/slurmctld.pid
SlurmdPidFile=${folder}/slurmd.%n.pid
SlurmdSpoolDir=${folder}/spool/%n
StateSaveLocation=${folder}/state
SlurmctldLogFile=${folder}/slurmctld.log
SlurmdLogFile=${folder}/slurmd.%n.log
PlugStackConfig=${folder}/plugstack.conf
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SwitchType=switch/none
MpiDefault=none
AccountingStorageType=accounting_storage/none
JobAcctGatherType=jobacct_gather/linux
JobAcctGatherFrequency=1
JobAcctGatherParams=OverMemoryKill
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU_Memory
DefMemPerNode=500
SlurmdParameters=config_overrides
SchedulerParameters=batch_sched_delay=1,sched_interval=1,sched_min_interval=0,bf_interval=1,default_queue_depth=5000
ReturnToService=2
SlurmdTimeout=5
KillWait=3
MessageTimeout=10
MinJobAge=300
MaxArraySize=1001
MaxJobCount=20000
NodeName=n1 NodeHostname=${host} NodeAddr=127.0.0.1 Port=${ports[0] ?? 0} CPUs=16 RealMemory=64000 State=UNKNOWN
NodeName=n2 NodeHostname=${host} NodeAddr=127.0.0.1 Port=${ports[1] ?? 0} CPUs=16 RealMemory=64000 State=UNKNOWN
PartitionName=gpu Nodes=n1,n2 Default=YES MaxTime=INFINITE State=UP
`;
}

function isThere(program: string): boolean {
  return (process.env['PATH'] ?? '').split(':').concat('/usr/sbin', '/sbin').some((folder) => {
    try {
      accessSync(path.join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

async function freePorts(count: number): Promise<readonly number[]> {
  const servers = await Promise.all(Array.from({ length: count }, () => new Promise<ReturnType<typeof createServer>>((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => resolve(server));
  })));
  const ports = servers.map((server) => (server.address() as { port: number }).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

function killThoseOf(folder: string): void {
  const found = execFileSync('sh', ['-c', `grep -alF -- "$1" /proc/[0-9]*/environ /proc/[0-9]*/cmdline 2>/dev/null || true`, 'sh', folder], { encoding: 'utf8' });
  for (const file of found.split('\n').filter(Boolean)) {
    const pid = Number(file.split('/')[2]);
    if (pid === process.pid || pid === process.ppid) continue;
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // It has ended by itself.
    }
  }
}
