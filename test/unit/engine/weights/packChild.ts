import { quantisedWeights } from '../../../../src/engine/weights/quantisedWeights';
import { openSafetensors } from '../../../../src/engine/weights/safetensors';

/** Packs in a process of its own, which kills itself at a share of the bytes: `FILE CACHE SHARE`. Tells where it began. */
const [file = '', folder = '', share = '1'] = process.argv.slice(2);

const base = await openSafetensors(file);
if (!base.ok) throw new Error(base.failure.message);
let told = false;
const packed = await quantisedWeights(base.value, 'int4', {
  folder,
  onProgress: ({ done, total }) => {
    if (!told) console.log(done / total);
    told = true;
    if (done / total > Number(share)) process.kill(process.pid, 'SIGKILL');
  },
});
if (!packed.ok) throw new Error(packed.failure.message);
