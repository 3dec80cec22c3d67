//! What an assistant can ask for: a brief, the article as it is read, a translation.
//!
//! Input is described by schemars, output by the schemas of the OpenAPI document, so that both faces
//! of the gateway say the same of a brief. Each result has the structure and a text: the brief as
//! Markdown, with its label and findings, since that is what a model reads. Doubt is told: a finding
//! is never left out of the text.

use std::{fmt::Write, sync::Arc};

use axum::http::{HeaderMap, request::Parts};
use bytes::Bytes;
use rmcp::{
    ErrorData, RoleServer, ServerHandler,
    handler::server::tool::schema_for_input,
    model::{
        CallToolRequestParams, CallToolResponse, CallToolResult, ContentBlock, Implementation,
        JsonObject, ListToolsResult, PaginatedRequestParams, ServerCapabilities, ServerConfig,
        Tool, ToolAnnotations,
    },
    service::RequestContext,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

use crate::{
    article::{self, Reading},
    brief::Brief,
    finding::{Finding, Severity},
    keys::{Identity, Scope},
    pipeline::{self, Form, Listener, Wanted},
    provider::Call,
    render::{Format, Label},
    server::{
        State, access, caching,
        gate::Caller,
        kept,
        making::{self, Commission, new_id},
        problem::Problem,
        reviews,
        source::{self, Posted},
        split, translate,
    },
    telemetry::{Answered, Seen, Stage, Trace},
};

const INSTRUCTIONS: &str = "mujaz reads Arabic news articles. Use brief_article for an English brief that \
    was checked against the Arabic: every passage names the source paragraphs it rests on, and findings \
    say what may be wrong; tell the reader about errors and warnings, and that the English is a machine's \
    draft. Use split_article for the structure of the Arabic article without any translation, and \
    translate_text for texts that are no article.";

/// An Arabic news article: exactly one of `text`, `html` and `url`.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[expect(
    dead_code,
    reason = "it describes and checks; the article is opened as a request's body is"
)]
struct SplitArticle {
    /// The article as pasted, in Arabic.
    text: Option<String>,
    /// A web page, or a piece of one.
    html: Option<String>,
    /// The address of a web page; only where the gateway's operator allows fetching.
    url: Option<String>,
    /// The headline, where it is not part of the text.
    title: Option<String>,
    /// When the article was published, RFC 3339, where that is not part of the text.
    published: Option<String>,
}

/// How much of the article to brief.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Depth {
    /// Headline and summary.
    Headline,
    /// Headline, summary and each section's key sentences.
    Brief,
    /// Every paragraph as well.
    Full,
}

/// An Arabic news article to brief: exactly one of `text`, `html` and `url`.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[expect(
    dead_code,
    reason = "it describes and checks; the article is opened as a request's body is"
)]
struct BriefArticle {
    /// The article as pasted, in Arabic.
    text: Option<String>,
    /// A web page, or a piece of one.
    html: Option<String>,
    /// The address of a web page; only where the gateway's operator allows fetching.
    url: Option<String>,
    /// The headline, where it is not part of the text.
    title: Option<String>,
    /// When the article was published, RFC 3339, where that is not part of the text.
    published: Option<String>,
    /// `headline`, `brief` (usual) or `full`.
    detail: Option<Depth>,
    /// Unpublished or secret copy: nothing is kept, and only providers are asked that may see it.
    #[serde(default)]
    confidential: bool,
}

/// An Arabic text that is no article.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct TranslateText {
    /// The text, in Arabic, at most 100,000 characters.
    text: String,
    /// The text is HTML or XML, whose tags around paragraphs stay.
    #[serde(default)]
    markup: bool,
    /// Arabic that helps to understand the text; it is not translated.
    context: Option<String>,
}

/// A text in English.
#[derive(Serialize, ToSchema)]
struct English {
    /// The English.
    text: String,
    /// What a reader should know of it; passages count the paragraphs from `s0.0`.
    findings: Vec<Finding>,
}

/// The tools over a gateway. Cheap to clone.
#[derive(Clone)]
pub(super) struct Tools {
    state: State,
}

impl Tools {
    pub(super) fn new(state: State) -> Self {
        Self { state }
    }

    async fn brief(&self, by: &By, arguments: JsonObject) -> Result<Told, Problem> {
        checked::<BriefArticle>(&arguments)?;
        let By { identity, seen } = by;
        access::permit(identity, Scope::Brief).map_err(access::Refused::into_problem)?;
        let posted = self.posted(arguments).await?;
        let cache = caching::policy(&HeaderMap::new(), posted.options.confidential);
        let sharing = self.state.sharing(identity);
        let key = self.state.answers.key(&posted, Format::Json, &sharing);
        let found = making::again(&self.state, (&key, cache), (identity, seen), None).await?;
        if let Some(rendered) = found
            && let Some(brief) = kept::read(&self.state, rendered.id(), identity).await
        {
            let (brief, label) = reviews::reviewed(&self.state, brief).await?;
            return Told::of_brief(&brief, &label);
        }
        let deadline = pipeline::deadline(&self.state.gateway.config);
        let reading = making::read(&self.state, &posted.source, deadline);
        let reading = seen.time_async(Stage::Read, reading).await?;
        let Posted { source, options, .. } = posted;
        let commission = Commission {
            id: new_id(),
            readers: identity.readers(),
            source,
            options,
            cache,
            lasts: true,
            batch: None,
            account: translate::account(identity),
            seen: seen.clone(),
        };
        let silent: Listener = Arc::new(|_| ());
        let made = making::in_turn(&self.state, &commission, reading, &silent).await?;
        making::remember(&self.state, &commission, &made, (key, made.json.clone())).await;
        Told::of_brief(&made.brief, &Label::Draft)
    }

    async fn split(&self, by: &By, arguments: JsonObject) -> Result<Told, Problem> {
        checked::<SplitArticle>(&arguments)?;
        access::permit(&by.identity, Scope::Brief).map_err(access::Refused::into_problem)?;
        let source = self.posted(arguments).await?.source;
        let deadline = pipeline::deadline(&self.state.gateway.config);
        let reading = split::read(&self.state, source, deadline).await?;
        match reading.refusal() {
            Some(refusal) => Err(split::refused(&refusal)),
            None => Told::of(&reading, outline(&reading)),
        }
    }

    async fn translate(&self, by: &By, arguments: JsonObject) -> Result<Told, Problem> {
        let TranslateText { text, markup, context } = checked(&arguments)?;
        let By { identity, seen } = by;
        access::permit(identity, Scope::Translate).map_err(access::Refused::into_problem)?;
        let texts = [text];
        translate::bounded(&texts)?;
        let [text] = texts;
        if !article::holds_arabic(&text) {
            return Err(Problem::not_arabic(
                "The text holds no Arabic, so there is nothing to translate.",
            ));
        }
        let call = translate::call(&self.state, identity, &HeaderMap::new());
        let call = Call { seen: seen.clone(), ..call };
        let turn = self.state.admission.turn(call.deadline);
        let _turn = seen.time_async(Stage::Queue, turn).await?;
        let form = if markup { Form::Markup } else { Form::Plain };
        let english = self.state.gateway.translate(&Wanted { text, form, context }, &call).await;
        let english = english.map_err(|failure| making::failed(&failure))?;
        seen.answer(Answered::Made);
        let told = warned(&english.text, &english.findings);
        Told::of(&English { text: english.text, findings: english.findings }, told)
    }

    /// The article of a call, opened as a request's body is.
    async fn posted(&self, arguments: JsonObject) -> Result<Posted, Problem> {
        let raw = Bytes::from(Value::Object(arguments).to_string());
        source::json(raw, &self.state.gateway).await
    }
}

/// What a tool answers.
struct Told {
    structure: Value,
    text: String,
}

impl Told {
    fn of(structure: &impl Serialize, text: String) -> Result<Self, Problem> {
        let structure = serde_json::to_value(structure).map_err(|_| Problem::internal())?;
        Ok(Self { structure, text })
    }

    /// A brief under its label, as structure and as Markdown.
    fn of_brief(brief: &Brief, label: &Label) -> Result<Self, Problem> {
        let json = Format::Json.render(brief, label);
        let structure = serde_json::from_str(&json).map_err(|_| Problem::internal())?;
        Ok(Self { structure, text: Format::Markdown.render(brief, label) })
    }
}

/// The arguments of a call, where they are what the tool takes.
fn checked<T: serde::de::DeserializeOwned>(arguments: &JsonObject) -> Result<T, Problem> {
    let read = serde_json::from_value(Value::Object(arguments.clone()));
    // The error names fields and types and quotes what the caller sent, to that caller alone.
    read.map_err(|error| Problem::malformed(format!("The arguments are wrong: {error}.")))
}

/// A problem in the words that an assistant reads: what, and what to do.
fn said(problem: &Problem) -> String {
    let mut text = format!("{}: {}", problem.title, problem.detail);
    for reason in &problem.providers {
        let _ = write!(text, "\n{}: {}", reason.provider, reason.detail);
    }
    if let Some(seconds) = problem.retry_after {
        let _ = write!(text, "\nTry again in {seconds} s.");
    }
    let _ = write!(text, "\n({})", problem.kind);
    text
}

/// The article's structure as text, each paragraph behind its id.
fn outline(reading: &Reading) -> String {
    let article = &reading.article;
    let mut out = String::new();
    for line in [&article.title, &article.byline].into_iter().flatten() {
        let _ = writeln!(out, "{line}");
    }
    if let Some(dateline) = &article.dateline {
        let _ = writeln!(out, "{}", dateline.raw);
    }
    for section in &article.sections {
        let _ =
            writeln!(out, "\n## {} {}", section.id, section.heading.as_deref().unwrap_or_default());
        for paragraph in &section.paragraphs {
            let _ = writeln!(out, "[{}] {}", paragraph.id, paragraph.text);
        }
    }
    warned(out.trim(), &reading.findings)
}

/// A text with what may be wrong about it below.
fn warned(text: &str, findings: &[Finding]) -> String {
    let mut out = text.to_owned();
    for finding in findings.iter().filter(|finding| finding.severity > Severity::Info) {
        let severity = if finding.severity == Severity::Error { "error" } else { "warning" };
        let _ = write!(out, "\n\n{severity}: {}", finding.message);
    }
    out
}

/// The JSON schema of a type's JSON, with everything it points to inside.
fn output<T: ToSchema>() -> Option<Arc<JsonObject>> {
    let mut parts = Vec::new();
    T::schemas(&mut parts);
    let parts: JsonObject = parts
        .into_iter()
        .filter_map(|(name, schema)| Some((name, serde_json::to_value(schema).ok()?)))
        .collect();
    let mut whole = serde_json::to_value(T::schema()).ok()?;
    // Older versions of the protocol know objects alone, and say so at the root.
    whole["type"] = "object".into();
    whole["$defs"] = Value::Object(parts);
    let text = whole.to_string().replace("#/components/schemas/", "#/$defs/");
    serde_json::from_str(&text).ok().map(Arc::new)
}

fn tool<I: JsonSchema + 'static, O: ToSchema>(
    (name, title): (&'static str, &str),
    about: &'static str,
    hints: ToolAnnotations,
) -> Option<Tool> {
    let mut tool = Tool::new(name, about, schema_for_input::<I>().ok()?);
    tool.title = Some(title.to_owned());
    tool.output_schema = output::<O>();
    tool.annotations = Some(hints.destructive(false).idempotent(true));
    Some(tool)
}

/// Every tool.
fn all() -> Vec<Tool> {
    let hints = ToolAnnotations::new;
    let brief = tool::<BriefArticle, Brief>(
        ("brief_article", "Brief an Arabic article in English"),
        "Makes a checked English brief of one Arabic news article: headline, summary, sections, each \
         passage with the ids of the source paragraphs it rests on, and findings about numbers, names, \
         quotes or negations that differ from the Arabic. Give the article as text, html or url.",
        hints().read_only(false).open_world(true),
    );
    let split = tool::<SplitArticle, Reading>(
        ("split_article", "Read the structure of an Arabic article"),
        "Takes an Arabic news article apart without translating it: title, byline, dateline, sections with \
         their subheads and numbered paragraphs, and what was dropped as no part of the story. Calls no \
         provider and costs nothing.",
        hints().read_only(true).open_world(false),
    );
    let translate = tool::<TranslateText, English>(
        ("translate_text", "Translate an Arabic text into English"),
        "Puts one Arabic text into English with the newsroom's glossary, and checks numbers, names and \
         negations against the Arabic. For a whole news article, use brief_article instead.",
        hints().read_only(true).open_world(true),
    );
    [brief, split, translate].into_iter().flatten().collect()
}

/// Whose call it is, and what is measured of it.
struct By {
    identity: Arc<Identity>,
    seen: Seen,
}

impl By {
    /// Over HTTP whoever the gate let in, as a part of the request's trace; else whoever started the program.
    fn of(state: &State, context: &RequestContext<RoleServer>) -> Self {
        let parts = context.extensions.get::<Parts>();
        let caller = parts.and_then(|parts| parts.extensions.get::<Caller>());
        let identity = caller.map_or(&state.anonymous, |Caller(identity)| identity);
        // The head of the answer may go out before there is one.
        let seen = parts.and_then(|parts| parts.extensions.get::<Seen>()).map(Seen::anew);
        let seen = seen.unwrap_or_else(|| Seen::begin(Trace::begin()));
        Self { identity: Arc::clone(identity), seen }
    }
}

impl ServerHandler for Tools {
    fn get_info(&self) -> ServerConfig {
        let mut info = ServerConfig::new(ServerCapabilities::builder().enable_tools().build());
        info.server_info = Implementation::new("mujaz", env!("CARGO_PKG_VERSION"))
            .with_title("mujaz: English briefs of Arabic news");
        info.with_instructions(INSTRUCTIONS)
    }

    async fn list_tools(
        &self,
        _: Option<PaginatedRequestParams>,
        _: RequestContext<RoleServer>,
    ) -> Result<ListToolsResult, ErrorData> {
        Ok(ListToolsResult::with_all_items(all()))
    }

    async fn call_tool(
        &self,
        request: CallToolRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<CallToolResponse, ErrorData> {
        let by = By::of(&self.state, &context);
        let arguments = request.arguments.unwrap_or_default();
        let told = match request.name.as_ref() {
            "brief_article" => self.brief(&by, arguments).await,
            "split_article" => self.split(&by, arguments).await,
            "translate_text" => self.translate(&by, arguments).await,
            _ => {
                let known =
                    json!({ "tools": all().iter().map(|tool| &tool.name).collect::<Vec<_>>() });
                return Err(ErrorData::invalid_params("no tool has this name", Some(known)));
            }
        };
        self.state.observer.briefs.enter(&by.seen);
        let result = match told {
            Ok(Told { structure, text }) => {
                let mut result = CallToolResult::success(vec![ContentBlock::text(text)]);
                result.structured_content = Some(structure);
                result
            }
            Err(problem) => CallToolResult::error(vec![ContentBlock::text(said(&problem))]),
        };
        Ok(result.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_tool_is_described_whole() {
        let tools = all();
        let names: Vec<&str> = tools.iter().map(|tool| tool.name.as_ref()).collect();
        assert_eq!(names, ["brief_article", "split_article", "translate_text"]);
        for tool in &tools {
            let output = serde_json::to_string(tool.output_schema.as_ref().unwrap()).unwrap();
            assert!(!output.contains("#/components/"), "{}", tool.name);
            let fields = tool.input_schema["properties"].as_object().unwrap();
            for (name, field) in fields {
                assert!(field.to_string().contains("description"), "{}.{name}", tool.name);
            }
        }
    }

    #[test]
    fn a_problem_is_said_with_what_to_do() {
        let problem = Problem::rate_limited("Ten a minute are allowed.", "requests", 6);
        insta::assert_snapshot!(said(&problem), @r"
        A limit is reached: Ten a minute are allowed.
        Try again in 6 s.
        (/problems/rate-limited)
        ");
    }

    #[test]
    fn wrong_arguments_are_told_by_their_names() {
        let told = |arguments: Value| {
            let Value::Object(arguments) = arguments else { unreachable!() };
            checked::<SplitArticle>(&arguments).err().unwrap().detail
        };
        assert!(told(json!({ "txt": "نص" })).contains("unknown field `txt`"));
        assert!(told(json!({ "text": 1 })).contains("expected a string"));
    }
}
