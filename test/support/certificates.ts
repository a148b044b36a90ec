import { execFileSync } from 'node:child_process';

/** Makes in `dir` an authority that nobody trusts (`ca.crt`) and its certificate for localhost (`server.crt`, `server.key`). */
export function makeCertificates(dir: string): void {
  const openssl = (line: string) => execFileSync('openssl', line.split(' '), { cwd: dir, stdio: 'pipe' });
  const made = 'req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2';
  openssl(`${made} -keyout ca.key -out ca.crt -subj /CN=test-CA`);
  openssl(
    `${made} -keyout server.key -out server.crt -subj /CN=localhost -CA ca.crt -CAkey ca.key -addext subjectAltName=DNS:localhost`,
  );
}
