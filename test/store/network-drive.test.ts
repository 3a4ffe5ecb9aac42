// A ledger keeps off drives that other hosts write to as well.

import assert from 'node:assert/strict';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { MailblastError } from '../../src/domain/errors.js';
import { demandOwnDisk } from '../../src/store/sqlite/connection.js';
import { networkDrive, networkName } from '../../src/store/sqlite/network-drive.js';

test('network file systems are known by their numbers, with either sign', () => {
  assert.equal(networkName(0x6969), 'NFS');
  assert.equal(networkName(0xff534d42), 'CIFS');
  assert.equal(networkName(0xff534d42 | 0), 'CIFS');
  assert.equal(networkName(0xfe534d42), 'SMB');
  // ext4, xfs, btrfs, tmpfs, overlayfs: disks of this machine.
  for (const own of [0xef53, 0x58465342, 0x9123683e, 0x01021994, 0x794c7630])
    assert.equal(networkName(own), undefined);
});

test('a disk of this machine is no network drive, nor is a folder that is not there', () => {
  assert.equal(networkDrive(join(tmpdir(), 'mailblast.db')), undefined);
  assert.equal(networkDrive('/no/such/folder/mailblast.db'), undefined);
});

test('a ledger on a network drive is refused, with the drive named and the way out', () => {
  demandOwnDisk('/home/ada/mailblast.db', undefined);
  assert.throws(
    () => demandOwnDisk('/mnt/office/mailblast.db', 'NFS'),
    (error) =>
      error instanceof MailblastError &&
      error.trouble === 'cannot_create' &&
      /^\/mnt\/office\/mailblast\.db: this is a network drive \(NFS\).*--state/.test(error.message),
  );
});
