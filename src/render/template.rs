//! The one template engine of pages and feeds: every value is escaped, and cleaned on the way.
//!
//! Templates are files beside this one, part of the program. A value that a template does not
//! name is an error, found by the tests; a value that it prints is made harmless here, whoever
//! wrote it, so nothing above has to remember to.

use std::sync::LazyLock;

use minijinja::{
    Environment, Error, Output, State, UndefinedBehavior, Value, escape_formatter,
    syntax::SyntaxConfig,
};

use super::words::clean;

static TEMPLATES: LazyLock<Environment<'static>> = LazyLock::new(|| {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    let syntax = SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build();
    environment.set_syntax(syntax.expect("the default marks do not clash"));
    environment.set_formatter(print);
    // Escaping follows the end of a name.
    for (name, source) in
        [("page.html", include_str!("page.html")), ("atom.xml", include_str!("atom.xml"))]
    {
        let added = environment.add_template(name, source);
        added.expect("the template is part of the program and is tested");
    }
    environment
});

/// A template filled with its values.
///
/// # Panics
/// Never: a template is part of the program and is given every value that it names.
pub(super) fn fill(name: &str, values: Value) -> String {
    let template = TEMPLATES.get_template(name);
    template.and_then(|template| template.render(values)).expect("the template has its values")
}

/// Prints a value cleaned and escaped; what is marked as safe is our own and stands as it is.
fn print(out: &mut Output<'_>, state: &mut State<'_, '_>, value: &Value) -> Result<(), Error> {
    match value.as_str().filter(|_| !value.is_safe()) {
        Some(text) => escape_formatter(out, state, &Value::from(clean(text).as_ref())),
        None => escape_formatter(out, state, value),
    }
}
