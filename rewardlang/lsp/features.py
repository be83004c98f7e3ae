"""What the server can do, entered into it: one function for each request or notification."""

from __future__ import annotations

from lsprotocol import types
from pygls.workspace import PositionCodec

from rewardlang.diagnostics.diagnostic import Fix
from rewardlang.lsp import places
from rewardlang.lsp.actions import actions
from rewardlang.lsp.analysis import Analysis
from rewardlang.lsp.completion import Item, complete
from rewardlang.lsp.definitions import definition, renamed
from rewardlang.lsp.hover import hover
from rewardlang.lsp.published import as_protocol
from rewardlang.lsp.server import Server
from rewardlang.lsp.symbols import Symbol, symbols
from rewardlang.source import Source, Span
from rewardlang.syntax.canonical import canonical
from rewardlang.syntax.layout import CannotLayOut
from rewardlang.syntax.words import RESERVED

_COMPLETION_KINDS = {
    "function": types.CompletionItemKind.Function,
    "operation": types.CompletionItemKind.Method,
    "value": types.CompletionItemKind.EnumMember,
    "keyword": types.CompletionItemKind.Keyword,
    "name": types.CompletionItemKind.Field,
}
_SYMBOL_KINDS = {
    "section": types.SymbolKind.Namespace,
    "param": types.SymbolKind.Variable,
    "let": types.SymbolKind.Variable,
    "gate": types.SymbolKind.Boolean,
    "part": types.SymbolKind.Number,
    "penalty": types.SymbolKind.Event,
    "operation": types.SymbolKind.Method,
    "test": types.SymbolKind.Function,
    "schema": types.SymbolKind.Struct,
    "table": types.SymbolKind.Class,
    "workflow": types.SymbolKind.Enum,
    "search": types.SymbolKind.Interface,
}


def enter(server: Server) -> None:
    """Make a server answer."""
    _documents(server)
    _questions(server)
    _changes(server)


def _documents(server: Server) -> None:
    @server.feature(types.TEXT_DOCUMENT_DID_OPEN)
    async def did_open(params: types.DidOpenTextDocumentParams) -> None:
        document = params.text_document
        server.take(document.uri, document.text, document.version)

    @server.feature(types.TEXT_DOCUMENT_DID_CHANGE)
    async def did_change(params: types.DidChangeTextDocumentParams) -> None:
        document = server.workspace.get_text_document(params.text_document.uri)
        server.take(params.text_document.uri, document.source, params.text_document.version)

    @server.feature(types.TEXT_DOCUMENT_DID_CLOSE)
    async def did_close(params: types.DidCloseTextDocumentParams) -> None:
        server.let_go(params.text_document.uri)

    @server.feature(types.TEXT_DOCUMENT_DID_SAVE)
    async def did_save(params: types.DidSaveTextDocumentParams) -> None:
        server.documents.forget()  # what is not open may have changed along with it
        server.check_soon()

    @server.feature(types.WORKSPACE_DID_CHANGE_WATCHED_FILES)
    async def did_change_files(params: types.DidChangeWatchedFilesParams) -> None:
        server.documents.forget()
        server.check_soon()


def _questions(server: Server) -> None:
    @server.feature(types.TEXT_DOCUMENT_HOVER)
    async def on_hover(params: types.HoverParams) -> types.Hover | None:
        codec = server.workspace.position_codec

        def answer(analysis: Analysis) -> types.Hover | None:
            found = hover(analysis, places.offset_of(codec, analysis.source, params.position))
            if found is None:
                return None
            text, start, end = found
            span = Span(analysis.source, start, end)
            content = types.MarkupContent(types.MarkupKind.Markdown, text)
            return types.Hover(content, places.range_of(codec, span))

        return await server.about(params.text_document.uri, answer)

    @server.feature(
        types.TEXT_DOCUMENT_COMPLETION,
        types.CompletionOptions(trigger_characters=[".", '"', "{", " ", "["]),
    )
    async def on_completion(params: types.CompletionParams) -> types.CompletionList | None:
        codec = server.workspace.position_codec

        def answer(analysis: Analysis) -> types.CompletionList:
            source = analysis.source
            offset = places.offset_of(codec, source, params.position)
            items = complete(analysis, offset)
            made = [_item(codec, source, n, item) for n, item in enumerate(items)]
            return types.CompletionList(is_incomplete=False, items=made)

        return await server.about(params.text_document.uri, answer)

    @server.feature(types.TEXT_DOCUMENT_DEFINITION)
    async def on_definition(params: types.DefinitionParams) -> types.Location | None:
        codec = server.workspace.position_codec

        def answer(analysis: Analysis) -> types.Location | None:
            offset = places.offset_of(codec, analysis.source, params.position)
            span = definition(analysis, offset)
            if span is None:
                return None
            return types.Location(places.uri_of(span.source.path), places.range_of(codec, span))

        return await server.about(params.text_document.uri, answer)

    @server.feature(types.TEXT_DOCUMENT_DOCUMENT_SYMBOL)
    async def on_symbols(params: types.DocumentSymbolParams) -> list[types.DocumentSymbol] | None:
        codec = server.workspace.position_codec
        return await server.about(
            params.text_document.uri, lambda known: [_symbol(codec, s) for s in symbols(known)]
        )


def _changes(server: Server) -> None:
    @server.feature(
        types.TEXT_DOCUMENT_CODE_ACTION,
        types.CodeActionOptions(code_action_kinds=[types.CodeActionKind.QuickFix]),
    )
    async def on_actions(params: types.CodeActionParams) -> list[types.CodeAction] | None:
        codec = server.workspace.position_codec
        uri = params.text_document.uri

        def answer(analysis: Analysis) -> list[types.CodeAction]:
            start = places.offset_of(codec, analysis.source, params.range.start)
            end = places.offset_of(codec, analysis.source, params.range.end)
            return [
                types.CodeAction(
                    title=action.title,
                    kind=types.CodeActionKind.QuickFix,
                    diagnostics=[as_protocol(codec, action.diagnostic)],
                    is_preferred=action.preferred or None,
                    edit=types.WorkspaceEdit(changes={uri: [_edit(codec, action.change)]}),
                )
                for action in actions(analysis, start, end)
            ]

        return await server.about(uri, answer)

    @server.feature(types.TEXT_DOCUMENT_FORMATTING)
    async def on_formatting(params: types.DocumentFormattingParams) -> list[types.TextEdit] | None:
        codec = server.workspace.position_codec

        def answer(analysis: Analysis) -> list[types.TextEdit] | None:
            source = analysis.source
            try:
                made = canonical(source.text, analysis.kind)
            except CannotLayOut:
                return None  # with errors, which are shown
            if made == source.text:
                return []
            return [_edit(codec, Fix(Span(source, 0, len(source.text)), made))]

        return await server.about(params.text_document.uri, answer)

    @server.feature(types.TEXT_DOCUMENT_RENAME)
    async def on_rename(params: types.RenameParams) -> types.WorkspaceEdit | None:
        codec = server.workspace.position_codec
        uri, name = params.text_document.uri, params.new_name

        def answer(analysis: Analysis) -> types.WorkspaceEdit | None:
            offset = places.offset_of(codec, analysis.source, params.position)
            spans = renamed(analysis, offset)
            if spans is None or not name.isidentifier() or name in RESERVED:
                return None
            edits = [_edit(codec, Fix(span, name)) for span in spans]
            return types.WorkspaceEdit(changes={uri: list(edits)})

        return await server.about(uri, answer)


# ---- in the words of the protocol ----


def _edit(codec: PositionCodec, fix: Fix) -> types.TextEdit:
    return types.TextEdit(places.range_of(codec, fix.span), fix.replacement)


def _item(codec: PositionCodec, source: Source, number: int, item: Item) -> types.CompletionItem:
    more = None
    if item.asked:
        more = [_edit(codec, Fix(Span(source, item.start - 1, item.start - 1), "?"))]
    markdown = types.MarkupKind.Markdown
    return types.CompletionItem(
        label=item.label,
        kind=_COMPLETION_KINDS[item.kind],
        detail=item.detail or None,
        documentation=types.MarkupContent(markdown, item.doc) if item.doc else None,
        sort_text=f"{number:04}",  # as the checker lists them: what was declared first is first
        text_edit=_edit(codec, Fix(Span(source, item.start, item.end), item.label)),
        additional_text_edits=more,
    )


def _symbol(codec: PositionCodec, symbol: Symbol) -> types.DocumentSymbol:
    return types.DocumentSymbol(
        name=symbol.name,
        kind=_SYMBOL_KINDS[symbol.kind],
        range=places.range_of(codec, symbol.span),
        selection_range=places.range_of(codec, symbol.place),
        children=[_symbol(codec, inner) for inner in symbol.inside],
    )
