'use strict';

const { createWriteStream } = require('node:fs');
const yazl = require('yazl');

/** Fixed timestamp of zip entries: equal content gives equal bytes, so an unchanged function is not uploaded again. */
const mtime = new Date(Date.UTC(2020, 0, 1));

/** Writes a zip of `{ name: Buffer }`; the same content gives the same bytes. */
function writeZip(file, entries) {
  return new Promise((resolve, reject) => {
    const zip = new yazl.ZipFile();
    for (const [name, content] of [...entries].toSorted(([a], [b]) => (a < b ? -1 : 1))) {
      zip.addBuffer(content, name, {
        mtime,
        mode: 0o100644,
        forceDosTimestamp: true,
        compressionLevel: content.length > 10_000_000 ? 1 : 6,
      });
    }
    zip.end();
    zip.outputStream.pipe(createWriteStream(file)).on('close', resolve).on('error', reject);
  });
}

const END_SIGNATURE = 0x06054b50;
const END_BYTES = 22;
const ENTRY_BYTES = 46;

/** The parts of a zip that `writeZip` wrote: no comment, no zip64 (APPNOTE.TXT, 4.3.16 "End of central directory record"). */
function partsOf(zip) {
  const end = zip.length - END_BYTES;
  if (end < 0 || zip.readUInt32LE(end) !== END_SIGNATURE) throw new Error('not a zip without comment');
  const start = zip.readUInt32LE(end + 16);
  return {
    files: zip.subarray(0, start),
    directory: zip.subarray(start, start + zip.readUInt32LE(end + 12)),
    count: zip.readUInt16LE(end + 10),
  };
}

/** One zip with the files of two, which have no name in common: nothing is compressed again. */
function mergeZips(first, second) {
  const [a, b] = [partsOf(first), partsOf(second)];
  // each entry of the directory names where its file starts (4.3.12, "relative offset of local header")
  const moved = Buffer.from(b.directory);
  for (let at = 0; at < moved.length; ) {
    moved.writeUInt32LE(moved.readUInt32LE(at + 42) + a.files.length, at + 42);
    at += ENTRY_BYTES + moved.readUInt16LE(at + 28) + moved.readUInt16LE(at + 30) + moved.readUInt16LE(at + 32);
  }
  const end = Buffer.alloc(END_BYTES);
  end.writeUInt32LE(END_SIGNATURE, 0);
  end.writeUInt16LE(a.count + b.count, 8);
  end.writeUInt16LE(a.count + b.count, 10);
  end.writeUInt32LE(a.directory.length + moved.length, 12);
  end.writeUInt32LE(a.files.length + b.files.length, 16);
  return Buffer.concat([a.files, b.files, a.directory, moved, end]);
}

module.exports = { writeZip, mergeZips };
