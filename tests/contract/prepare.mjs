// Boils the official API descriptions down to what validate.mjs needs, and drops the packages they came from.
//
//   node prepare.mjs CACHE      (called by ./install, after `npm ci` in CACHE)
//
// Writes CACHE/github.json     every REST operation: parameters and request body as strict JSON schema (draft 2019-09)
//        CACHE/github.graphql  the GraphQL schema without descriptions
//        CACHE/model.json      JSON schema of the request parameters in the official `openai` types
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';

const cache = resolve(process.argv[2] ?? '');
const modules = join(cache, 'node_modules');
const require = createRequire(join(cache, 'package.json'));

const kAnnotations = new Set([
    'title', 'description', 'example', 'examples', 'default', 'deprecated', 'externalDocs', 'format', 'readOnly',
    'writeOnly', 'xml', 'discriminator', 'nullable',
]);

// An OpenAPI 3.0 schema as JSON schema in which naming properties means that there are no others. A branch of a
// composition must not say so itself: its siblings may name more, so only the outermost schema closes the object.
class Converter {
    constructor(components) {
        this.components = components;
        this.definitions = {};
    }

    reference(ref) {
        const name = ref.split('/').pop();
        if (!(name in this.definitions)) {
            this.definitions[name] = true;  // ends the recursion of schemas that refer to themselves
            this.definitions[name] = this.convert(this.components.schemas[name]);
        }
        return { $ref: `#/definitions/${name}` };
    }

    convert(schema, branch = false) {
        if (schema.$ref) {
            return branch === 'allOf' ? this.convert(this.components.schemas[schema.$ref.split('/').pop()], branch)
                                      : this.reference(schema.$ref);
        }
        let out = {};
        for (const [key, value] of Object.entries(schema)) {
            if (kAnnotations.has(key) || key.startsWith('x-')) continue;
            if (key === 'properties') {
                out.properties = Object.fromEntries(
                    Object.entries(value).map(([name, property]) => [name, this.convert(property)]));
            } else if (key === 'items' || (key === 'additionalProperties' && typeof value === 'object')) {
                out[key] = this.convert(value);
            } else if (key === 'not') {
                out.not = this.convert(value, 'not');
            } else if (key === 'allOf') {
                out.allOf = value.map((part) => this.convert(part, 'allOf'));
            } else if (key === 'anyOf' || key === 'oneOf') {
                // Exactly-one is lost on purpose: GitHub's branches overlap.
                out.anyOf = [...(out.anyOf ?? []), ...value.map((part) => this.convert(part, 'anyOf'))];
            } else if (key === 'exclusiveMinimum' || key === 'exclusiveMaximum') {
                throw new Error(`the OpenAPI 3.0 form of ${key} is not understood`);
            } else {
                out[key] = value;
            }
        }
        const names = (s) => Boolean(s.properties) || [...(s.allOf ?? []), ...(s.anyOf ?? [])].some(names);
        if (!branch && names(out) && out.additionalProperties === undefined) out.unevaluatedProperties = false;
        if (schema.nullable) {
            if (typeof out.type === 'string' && !out.anyOf && !out.allOf) {
                out.type = [out.type, 'null'];
                if (out.enum && !out.enum.includes(null)) out.enum = [...out.enum, null];
            } else {
                out = { anyOf: [out, { type: 'null' }] };
            }
        }
        return out;
    }
}

function prepareRest() {
    const source = join(modules, '@octokit/openapi/generated/api.github.com.json');
    const spec = JSON.parse(readFileSync(source, 'utf8'));
    const converter = new Converter(spec.components);
    const operations = [];
    for (const [path, item] of Object.entries(spec.paths)) {
        for (const method of ['get', 'put', 'post', 'delete', 'patch', 'head']) {
            const operation = item[method];
            if (!operation) continue;
            const entry = { id: operation.operationId, method: method.toUpperCase(), path, pathParameters: {}, query: {} };
            for (let parameter of [...(item.parameters ?? []), ...(operation.parameters ?? [])]) {
                if (parameter.$ref) parameter = spec.components.parameters[parameter.$ref.split('/').pop()];
                const key = `${entry.id}.${parameter.in}.${parameter.name}`.replace(/[^\w.-]/g, '.');
                converter.definitions[key] = converter.convert(parameter.schema);
                const value = { schema: key };
                if (parameter.required) value.required = true;
                if (parameter['x-multi-segment']) value.slashes = true;
                if (parameter.in === 'path') entry.pathParameters[parameter.name] = value;
                if (parameter.in === 'query') entry.query[parameter.name] = value;
            }
            if (operation.requestBody) {
                const content = operation.requestBody.content;
                entry.body = { required: Boolean(operation.requestBody.required), types: Object.keys(content) };
                const json = content['application/json'];
                if (json) {
                    entry.body.schema = `${entry.id}.body`.replace(/[^\w.-]/g, '.');
                    converter.definitions[entry.body.schema] = converter.convert(json.schema);
                }
            }
            operations.push(entry);
        }
    }
    if (operations.length < 500) throw new Error(`only ${operations.length} operations in GitHub's description`);
    const contract = { $id: 'github', definitions: converter.definitions };
    writeFileSync(join(cache, 'github.json'), JSON.stringify({ operations, contract }));
}

function prepareGraphql() {
    const { parse, print, visit } = require('graphql');
    const sdl = readFileSync(join(modules, '@octokit/graphql-schema/schema.graphql'), 'utf8');
    const bare = visit(parse(sdl, { noLocation: true }), {
        enter: (node) => (node.description ? { ...node, description: undefined } : undefined),
    });
    writeFileSync(join(cache, 'github.graphql'), print(bare));
}

// Drops annotations; members of `properties` and `definitions` are names, not keywords.
function bare(schema) {
    if (Array.isArray(schema)) return schema.map(bare);
    if (schema === null || typeof schema !== 'object') return schema;
    const out = {};
    for (const [key, value] of Object.entries(schema)) {
        if (key === 'properties' || key === 'definitions') {
            out[key] = Object.fromEntries(Object.entries(value).map(([name, member]) => [name, bare(member)]));
        } else if (key === 'const' || key === 'enum') {
            out[key] = value;
        } else if (!kAnnotations.has(key) && key !== '$schema') {
            out[key] = bare(value);
        }
    }
    return out;
}

function prepareModel() {
    const work = join(cache, 'types');
    mkdirSync(work, { recursive: true });
    writeFileSync(join(work, 'requests.ts'), `
import type * as responses from 'openai/resources/responses/responses';
import type * as chat from 'openai/resources/chat/completions/completions';
export type Responses = responses.ResponseCreateParamsNonStreaming;
export type ResponsesStreaming = responses.ResponseCreateParamsStreaming;
export type Chat = chat.ChatCompletionCreateParamsNonStreaming;
export type ChatStreaming = chat.ChatCompletionCreateParamsStreaming;
`);
    writeFileSync(join(work, 'tsconfig.json'), JSON.stringify({
        compilerOptions: {
            target: 'es2022', module: 'nodenext', moduleResolution: 'nodenext', strict: true, skipLibCheck: true, types: [],
        },
        files: ['requests.ts'],
    }));
    execFileSync(process.execPath, [
        require.resolve('ts-json-schema-generator/bin/ts-json-schema-generator.js'),
        '--path', join(work, 'requests.ts'), '--tsconfig', join(work, 'tsconfig.json'), '--type', '*',
        '--no-type-check', '--out', join(cache, 'model.json'),
    ], { stdio: ['ignore', 'inherit', 'inherit'] });
    const schema = JSON.parse(readFileSync(join(cache, 'model.json'), 'utf8'));
    for (const name of ['Responses', 'ResponsesStreaming', 'Chat', 'ChatStreaming']) {
        if (!schema.definitions[name]) throw new Error(`no ${name} in the schema made from the openai types`);
    }
    writeFileSync(join(cache, 'model.json'), JSON.stringify({ $id: 'model', ...bare(schema) }));
    rmSync(work, { recursive: true });
}

prepareRest();
prepareGraphql();
prepareModel();
for (const name of ['@octokit/openapi', '@octokit/graphql-schema', 'openai', 'typescript', 'ts-json-schema-generator']) {
    rmSync(join(modules, name), { recursive: true });
}
