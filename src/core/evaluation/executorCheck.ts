import type { Place } from './place';

/** What is wrong with `executor` is reported to its place. */
export function checkExecutor(executor: Place | undefined): void {
  if (!executor?.isObject()) return;
  executor.at('kind').oneOf(['local', 'slurm']);
  if (executor.at('kind').value === 'slurm') checkSlurm(executor);
  else {
    const devices = executor.at('devices').optional();
    devices?.each((device) => String(device.whole(0, 1023)));
    if (Array.isArray(devices?.value) && devices.value.length === 0) devices.report('must name at least one GPU');
  }
}

function checkSlurm(slurm: Place): void {
  for (const key of ['partition', 'account', 'qos', 'gres', 'constraint']) slurm.at(key).optional()?.matches(/^[\w.:,=+\-()*/&|[\]]{1,200}$/, 'a value as sbatch takes it');
  slurm.at('time').optional()?.matches(/^(\d+-)?\d+(:\d{2}){0,2}$/, 'a time such as "60", "4:00:00" or "1-00:00:00"');
  slurm.at('mem').optional()?.matches(/^\d+[KMGT]?$/, 'a size such as "64G"');
  slurm.at('cpus').optional()?.whole(1, 1024);
  slurm.at('maxRunning').optional()?.whole(1, 100_000);
  slurm.at('modules').optional()?.each((name) => name.matches(/^[\w.+/\-]{1,200}$/, 'the name of a module'));
  slurm.at('setup').optional()?.each((line) => (line.anyText(), undefined));
  const container = slurm.at('container').optional();
  if (container?.isObject()) {
    container.at('image').oneLine();
    container.at('runtime').optional()?.oneOf(['apptainer', 'singularity']);
  }
  // ssh takes what begins with a hyphen for an option, and options can run commands.
  slurm.at('remote').optional()?.matches(/^[A-Za-z0-9_][\w.@\-]{0,200}$/, 'a host as ssh knows it, such as "mira@login.example.org"');
  for (const key of ['folder', 'cache']) slurm.at(key).optional()?.matches(/^\/[^\0\n\r]*$/, 'an absolute path');
  slurm.at('command').optional()?.oneLine();
  slurm.at('partMinutes').optional()?.number(0.01, 10_080);
}
