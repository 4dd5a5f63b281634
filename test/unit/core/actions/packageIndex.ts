import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { promisify } from 'node:util';

const execute = promisify(execFile);

/** A package index on loopback (PEP 503) with small wheels that real pip installs. */
export interface PackageIndex {
  readonly address: string;
  /** What was asked for, in order. */
  readonly asked: readonly string[];
  dispose(): Promise<void>;
}

/** @param packages name to version; each wheel holds one module of that name */
export async function startPackageIndex(folder: string, packages: Readonly<Record<string, string>>): Promise<PackageIndex> {
  const wheels = await makeWheels(folder, packages);
  const asked: string[] = [];
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://index');
    asked.push(pathname);
    const file = wheels.get(decodeURIComponent(pathname.split('/').at(-1) ?? ''));
    if (file) return void response.writeHead(200, { 'content-type': 'application/octet-stream' }).end(file);
    const project = pathname.replace(/\/$/, '').split('/').at(-1) ?? '';
    const own = [...wheels].filter(([name]) => name.split('-')[0]?.replaceAll('_', '-') === project);
    if (own.length === 0) return void response.writeHead(404).end();
    const links = own.map(([name, content]) => `<a href="/files/${encodeURIComponent(name)}#sha256=${createHash('sha256').update(content).digest('hex')}">${name}</a>`);
    response.writeHead(200, { 'content-type': 'text/html' }).end(`<!DOCTYPE html><html><body>${links.join('')}</body></html>`);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    address: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    dispose: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

/** Zipped by Python itself, all in one process. */
async function makeWheels(folder: string, packages: Readonly<Record<string, string>>): Promise<ReadonlyMap<string, Buffer>> {
  const contents = Object.fromEntries(Object.entries(packages).map(([name, version]) => wheelOf(name, version)));
  await mkdir(folder, { recursive: true });
  await execute('python3', ['-c', zipAll, JSON.stringify(contents)], { cwd: folder });
  return new Map(await Promise.all(Object.keys(contents).map(async (wheel) => [wheel, await readFile(path.join(folder, wheel))] as const)));
}

const zipAll = `
import json, sys, zipfile
for wheel, files in json.loads(sys.argv[1]).items():
    with zipfile.ZipFile(wheel, "w") as archive:
        for name, text in files.items(): archive.writestr(name, text)
`;

function wheelOf(name: string, version: string): readonly [string, Readonly<Record<string, string>>] {
  const stem = `${name.replaceAll('-', '_')}-${version}`;
  const files: Readonly<Record<string, string>> = {
    [`${name.replaceAll('-', '_')}.py`]: `__version__ = "${version}"\n`,
    [`${stem}.dist-info/METADATA`]: `Metadata-Version: 2.1\nName: ${name}\nVersion: ${version}\n`,
    [`${stem}.dist-info/WHEEL`]: 'Wheel-Version: 1.0\nGenerator: evalmark-test\nRoot-Is-Purelib: true\nTag: py3-none-any\n',
  };
  const record = [...Object.entries(files).map(([file, text]) => `${file},sha256=${createHash('sha256').update(text).digest('base64url')},${Buffer.byteLength(text)}`), `${stem}.dist-info/RECORD,,`];
  return [`${stem}-py3-none-any.whl`, { ...files, [`${stem}.dist-info/RECORD`]: `${record.join('\n')}\n` }];
}
