// The build's last step: what needs no compiler goes beside what the compiler made.
import { copyFileSync } from 'node:fs';

for (const name of ['preview.html', 'inbox.html', 'style.css']) {
  copyFileSync(new URL(name, import.meta.url), new URL(`../../../dist/web/page/${name}`, import.meta.url));
}
