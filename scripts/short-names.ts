// Which property names may be shortened in the script-tag builds: those that nobody but this code reads or writes.
// Found from the sources at each build, so there is no list to keep.
//
// A bundler shortens a name everywhere or nowhere, so one place that leads outside keeps it as it is: a public report
// in etc/, a type of the platform or of a player, a library that is bundled, a text (`'name' in value`), an object that
// bundles share through `Symbol.for`, an object literal that becomes of a type which does not declare the name (JSON,
// details for a log), or a type that is given to what is unknown.

import { readFileSync, readdirSync } from 'node:fs';
import { relative } from 'node:path';

import { build, type BuildOptions } from 'esbuild';
import ts from 'typescript';

const PROJECT = 'tsconfig.build.json';
const PUBLIC_REPORTS = 'etc';
/** Names declared elsewhere are those of players, which they read too. */
const OWN = /^engine\/src\/.*(?<!\.d)\.ts$/;
const WORD = /[\p{ID_Start}$_][\p{ID_Continue}$]*/gu;

const OWN_OF_LIBRARY = /^_[a-z]/;

const LEAST_NAMES = 300;

/** Names found so far: `own` less `others` is what may be shortened. */
interface Names {
  readonly own: Set<string>;
  readonly others: Set<string>;
}

/**
 * What makes the builds with these entries shorten names: the same name to the same short one in all of them, because
 * a page may have several. `options`: what those builds have in common.
 */
export async function shortNames(
  entryPoints: readonly string[],
  options: BuildOptions,
): Promise<Required<Pick<BuildOptions, 'mangleProps' | 'mangleCache'>>> {
  const trial: BuildOptions = {
    ...options,
    entryPoints: [...entryPoints],
    bundle: true,
    minify: true,
    write: false,
    metafile: true,
    outdir: 'build',
    logLevel: 'silent',
  };
  const { metafile } = await build({ ...trial, metafile: true });
  const libraries = Object.keys(metafile.inputs).filter((file) => file.includes('node_modules'));
  const names = shortenable(libraries);
  const mangleProps = new RegExp(`^(?:${names.join('|')})$`);
  const { mangleCache } = await build({ ...trial, mangleProps, mangleCache: {} });
  // Nothing to shorten means that the sources were not understood.
  if (Object.keys(mangleCache).length < LEAST_NAMES) throw new Error(`only ${names.length} names can be shortened`);
  return { mangleProps, mangleCache };
}

/** Own property names that nothing outside knows; `libraries`: the files that are bundled with them. */
function shortenable(libraries: readonly string[]): string[] {
  const { fileNames, options } = readProject();
  const program = ts.createProgram(fileNames, options);
  const names: Names = { own: new Set(), others: new Set() };
  for (const report of readdirSync(PUBLIC_REPORTS)) addWords(`${PUBLIC_REPORTS}/${report}`, names.others);
  for (const library of libraries) addLibrary(library, names);
  for (const file of program.getSourceFiles()) {
    if (file.fileName.includes('/node_modules/')) addDeclared(file, names.others);
    else addNames(file, program.getTypeChecker(), names);
  }
  return [...names.own].filter((name) => !names.others.has(name)).sort();
}

function readProject(): ts.ParsedCommandLine {
  const { config, error } = ts.readConfigFile(PROJECT, (path) => ts.sys.readFile(path)) as {
    config: object;
    error?: ts.Diagnostic;
  };
  if (error) throw new Error(`${PROJECT}: ${ts.flattenDiagnosticMessageText(error.messageText, '\n')}`);
  return ts.parseJsonConfigFileContent(config, ts.sys, '.');
}

function addWords(file: string, words: Set<string>): void {
  for (const [word] of readFileSync(file, 'utf8').matchAll(WORD)) words.add(word);
}

/**
 * The names of a bundled library. Its own are those that begin with an underscore and that it gives a value; but not
 * where it has a text like that.
 */
function addLibrary(path: string, { own, others }: Names): void {
  const text = readFileSync(path, 'utf8');
  const given = new Set<string>();
  const visit = (node: ts.Node): void => {
    if (ts.isStringLiteralLike(node)) others.add(node.text);
    const name = ts.isMethodDeclaration(node) ? node.name : assignedName(node);
    if (name && ts.isIdentifier(name) && OWN_OF_LIBRARY.test(name.text)) given.add(name.text);
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(path, text, ts.ScriptTarget.Latest));
  for (const [word] of text.matchAll(WORD)) (given.has(word) ? own : others).add(word);
}

/** `_name` of `this._name = value`. */
function assignedName(node: ts.Node): ts.MemberName | undefined {
  if (!ts.isBinaryExpression(node) || node.operatorToken.kind !== ts.SyntaxKind.EqualsToken) return undefined;
  const { left } = node;
  const isOfThis = ts.isPropertyAccessExpression(left) && left.expression.kind === ts.SyntaxKind.ThisKeyword;
  return isOfThis ? left.name : undefined;
}

/** All names that `file`, which is not ours, declares. */
function addDeclared(file: ts.SourceFile, names: Set<string>): void {
  const visit = (node: ts.Node): void => {
    const name = (node as Partial<ts.NamedDeclaration>).name;
    if (name && (ts.isIdentifier(name) || ts.isStringLiteral(name))) names.add(name.text);
    ts.forEachChild(node, visit);
  };
  visit(file);
}

/** What `file`, one of ours, says of names. */
function addNames(file: ts.SourceFile, checker: ts.TypeChecker, { own, others }: Names): void {
  const isOwn = isOwnFile(file) && !file.text.includes('Symbol.for(');
  const declare = (name: string): void => void (isOwn ? own : others).add(name);
  const note = (name: string, symbols: readonly (ts.Symbol | undefined)[]): void => {
    if (symbols.length === 0 || !symbols.every((symbol) => symbol?.declarations?.every(isOurs))) others.add(name);
  };

  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node) || ts.isLiteralTypeNode(node)) return;
    if (ts.isStringLiteralLike(node)) others.add(node.text);
    else if (ts.isPropertyAccessExpression(node)) note(node.name.text, [checker.getSymbolAtLocation(node.name)]);
    else if (ts.isBindingElement(node) && ts.isObjectBindingPattern(node.parent) && !node.dotDotDotToken) {
      const name = node.propertyName ?? node.name;
      if (ts.isIdentifier(name)) note(name.text, propertiesOf(checker.getTypeAtLocation(node.parent), name.text));
    } else if (isOfLiteral(node)) {
      const type = checker.getContextualType(node.parent);
      if (type) note(node.name.text, propertiesOf(type, node.name.text));
      declare(node.name.text);
      if (type && isOwnFile(file)) own.add(node.name.text);
    } else if (ts.isAsExpression(node) || ts.isTypePredicateNode(node)) {
      const [from, to] = ts.isAsExpression(node) ? [node.expression, node.type] : [node.parameterName, node.type];
      if (to && isUnknown(checker.getTypeAtLocation(from))) addAll(checker.getTypeFromTypeNode(to), checker, others);
    } else if (isMember(node) && ts.isIdentifier(node.name)) declare(node.name.text);
    ts.forEachChild(node, visit);
  };
  visit(file);
}

type LiteralElement = ts.ObjectLiteralElement & {
  readonly name: ts.Identifier;
  readonly parent: ts.ObjectLiteralExpression;
};

function isOfLiteral(node: ts.Node): node is LiteralElement {
  const { parent } = node as Partial<ts.Node>;
  if (!parent || !ts.isObjectLiteralExpression(parent) || !ts.isObjectLiteralElement(node)) return false;
  return node.name !== undefined && ts.isIdentifier(node.name);
}

type Member = (ts.TypeElement | ts.ClassElement | ts.ParameterDeclaration) & { readonly name: ts.PropertyName };

function isMember(node: ts.Node): node is Member {
  if (ts.isParameter(node)) return ts.isParameterPropertyDeclaration(node, node.parent);
  return (ts.isTypeElement(node) || ts.isClassElement(node)) && node.name !== undefined;
}

const isOwnFile = (file: ts.SourceFile): boolean => OWN.test(relative(process.cwd(), file.fileName));

/** Whether it is declared in the engine, or in a plugin for its own use: `declare` tells these apart. */
const isOurs = ({ parent }: ts.Declaration): boolean => !parent.getSourceFile().fileName.includes('/node_modules/');

const isUnknown = ({ flags, symbol }: ts.Type): boolean =>
  (flags & (ts.TypeFlags.Any | ts.TypeFlags.Unknown | ts.TypeFlags.NonPrimitive)) !== 0 ||
  symbol?.declarations?.every((declaration) => !isOurs(declaration)) === true;

/** All names that `type` declares, and those of the types of its properties. */
function addAll(type: ts.Type, checker: ts.TypeChecker, names: Set<string>, seen = new Set<ts.Type>()): void {
  if (seen.has(type)) return;
  seen.add(type);
  for (const part of type.isUnionOrIntersection() ? type.types : checker.getTypeArguments(type as ts.TypeReference)) {
    addAll(part, checker, names, seen);
  }
  for (const property of type.getProperties()) {
    if (!property.declarations?.every(isOurs)) continue;
    names.add(property.name);
    addAll(checker.getTypeOfSymbol(property), checker, names, seen);
  }
}

/** The property `name` of `type`: of each type that it may be and that has it. Empty: none declares it. */
function propertiesOf(type: ts.Type, name: string): ts.Symbol[] {
  const types = type.isUnion() ? type.types : [type];
  return types.flatMap((each) => each.getProperty(name) ?? []);
}
