// A strict reader of git's unified diffs, made for checking review comments and independent of the product's own reader.

// The characters of a file name in git's quoted form ("a/\303\244"), as text.
function unquote(quoted) {
    const bytes = [];
    const escapes = { n: 10, t: 9, r: 13, '"': 34, '\\': 92, a: 7, b: 8, f: 12, v: 11 };
    for (let i = 1; i < quoted.length - 1; i += 1) {
        if (quoted[i] !== '\\') {
            bytes.push(...Buffer.from(quoted[i], 'utf8'));
        } else if (/[0-7]/.test(quoted[i + 1])) {
            bytes.push(parseInt(quoted.slice(i + 1, i + 4), 8));
            i += 3;
        } else {
            if (!(quoted[i + 1] in escapes)) throw new Error(`unknown escape in ${quoted}`);
            bytes.push(escapes[quoted[i + 1]]);
            i += 1;
        }
    }
    return Buffer.from(bytes).toString('utf8');
}

function fileName(text, prefix) {
    const name = text.startsWith('"') ? unquote(text) : text.replace(/\t$/, '');
    if (name === '/dev/null') return null;
    if (!name.startsWith(prefix)) throw new Error(`'${name}' does not begin with ${prefix}`);
    return name.slice(prefix.length);
}

// path -> list of hunks; a hunk is its rows in order, each {left, right} with the line number on that side or null.
// A deleted file goes by its old name, any other by its new one. Throws on anything that git would not write.
export function parseDiff(text) {
    const files = new Map();
    const lines = text.split('\n');
    if (lines.at(-1) === '') lines.pop();
    let at = 0;
    let name = null;
    let old = null;
    while (at < lines.length) {
        const line = lines[at];
        const where = `line ${at + 1} of the diff`;
        if (line.startsWith('diff --git ')) {
            name = null;
            old = null;
            at += 1;
        } else if (line.startsWith('--- ')) {
            if (!lines[at + 1]?.startsWith('+++ ')) throw new Error(`${where}: '---' without '+++'`);
            old = fileName(line.slice(4), 'a/');
            name = fileName(lines[at + 1].slice(4), 'b/') ?? old;
            if (name === null) throw new Error(`${where}: both sides are /dev/null`);
            if (files.has(name)) throw new Error(`${where}: ${name} appears twice`);
            files.set(name, []);
            at += 2;
        } else if (line.startsWith('@@ ')) {
            const range = /^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@/.exec(line);
            if (!range || name === null) throw new Error(`${where}: hunk header out of place`);
            let left = Number(range[1]);
            let right = Number(range[3]);
            let leftLeft = range[2] === undefined ? 1 : Number(range[2]);
            let rightLeft = range[4] === undefined ? 1 : Number(range[4]);
            const rows = [];
            at += 1;
            while (leftLeft > 0 || rightLeft > 0) {
                const row = lines[at];
                const mark = row === '' ? ' ' : row?.[0];  // some tools strip the blank of an empty context line
                if (mark === ' ') rows.push({ left: left++, right: right++ });
                else if (mark === '-') rows.push({ left: left++, right: null });
                else if (mark === '+') rows.push({ left: null, right: right++ });
                else if (mark !== '\\') throw new Error(`line ${at + 1} of the diff: the hunk ends early`);
                if (mark === ' ' || mark === '-') leftLeft -= 1;
                if (mark === ' ' || mark === '+') rightLeft -= 1;
                if (leftLeft < 0 || rightLeft < 0) throw new Error(`line ${at + 1} of the diff: the hunk is longer than it says`);
                at += 1;
            }
            if (lines[at]?.startsWith('\\')) at += 1;
            files.get(name).push(rows);
        } else if (/^[ +-]/.test(line)) {
            throw new Error(`${where}: a content line outside any hunk`);
        } else {
            at += 1;  // index, mode, rename and binary lines
        }
    }
    return files;
}

// What GitHub would refuse in the place of one inline comment, as "place/field: reason"; empty when it is right.
export function anchorProblems(files, comment, place) {
    const hunks = files.get(comment.path);
    if (hunks === undefined) return [`${place}/path: '${comment.path}' is not in the diff`];
    const side = comment.side ?? 'RIGHT';
    const startSide = comment.start_side ?? side;
    for (const [field, value] of [['side', side], ['start_side', startSide]]) {
        if (value !== 'LEFT' && value !== 'RIGHT') return [`${place}/${field}: must be LEFT or RIGHT, is ${JSON.stringify(value)}`];
    }
    if (comment.start_side !== undefined && comment.start_line === undefined) {
        return [`${place}/start_side: given without start_line`];
    }
    const find = (wanted, line) => {
        for (const [hunk, rows] of hunks.entries()) {
            const row = rows.findIndex((r) => (wanted === 'LEFT' ? r.left : r.right) === line);
            if (row >= 0) return { hunk, row };
        }
        return null;
    };
    if (!Number.isInteger(comment.line)) return [`${place}/line: must be an integer, is ${JSON.stringify(comment.line)}`];
    const end = find(side, comment.line);
    if (!end) return [`${place}/line: ${side} ${comment.line} of ${comment.path} is not in the diff`];
    if (comment.start_line === undefined) return [];
    if (!Number.isInteger(comment.start_line)) {
        return [`${place}/start_line: must be an integer, is ${JSON.stringify(comment.start_line)}`];
    }
    const start = find(startSide, comment.start_line);
    if (!start) return [`${place}/start_line: ${startSide} ${comment.start_line} of ${comment.path} is not in the diff`];
    if (start.hunk !== end.hunk) return [`${place}/start_line: ${comment.start_line} and ${comment.line} are in different hunks`];
    if (startSide === side && comment.start_line >= comment.line) {
        return [`${place}/start_line: ${comment.start_line} must precede line ${comment.line}`];
    }
    if (start.row >= end.row) return [`${place}/start_line: comes after line ${comment.line} in the hunk`];
    return [];
}
