//! Texts with variables: `feedback {rating} of {session_id}`.

use super::AwsHookProblem;

/// What a template can name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TemplateVariable {
    SessionId,
    Rating,
    Timestamp,
    /// A secret: only where a body asks for it.
    ViewerPassword,
}

const VARIABLES: [(&str, TemplateVariable); 4] = [
    ("session_id", TemplateVariable::SessionId),
    ("rating", TemplateVariable::Rating),
    ("timestamp", TemplateVariable::Timestamp),
    ("session_viewer_password", TemplateVariable::ViewerPassword),
];

#[derive(Debug, Clone, PartialEq, Eq)]
enum TemplatePart {
    Text(String),
    Variable(TemplateVariable),
}

/// A text with variables in braces; `{{` and `}}` are braces.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct TextTemplate(Vec<TemplatePart>);

impl TextTemplate {
    /// One that cannot hold the viewer password.
    pub fn subject(text: &str) -> Result<Self, AwsHookProblem> {
        let template = Self::read(text)?;
        if template.names(TemplateVariable::ViewerPassword) {
            return Err(AwsHookProblem::Variable("{session_id}, {rating} and {timestamp}, the only ones in a subject"));
        }
        Ok(template)
    }

    pub fn body(text: &str) -> Result<Self, AwsHookProblem> {
        Self::read(text)
    }

    pub fn names(&self, variable: TemplateVariable) -> bool {
        self.0.contains(&TemplatePart::Variable(variable))
    }

    /// The text, with what each variable stands for.
    pub fn filled<'a>(&'a self, value: impl Fn(TemplateVariable) -> &'a str) -> String {
        let part = |part: &'a TemplatePart| match part {
            TemplatePart::Text(text) => text.as_str(),
            TemplatePart::Variable(variable) => value(*variable),
        };
        self.0.iter().map(part).collect()
    }

    fn read(text: &str) -> Result<Self, AwsHookProblem> {
        let mut parts = Vec::new();
        let mut plain = String::new();
        let mut rest = text;
        while let Some(at) = rest.find(['{', '}']) {
            plain.push_str(&rest[..at]);
            let (brace, after) = rest[at..].split_at(1);
            if let Some(after) = after.strip_prefix(brace) {
                plain.push_str(brace);
                rest = after;
                continue;
            }
            let (name, after) = after.split_once('}').filter(|_| brace == "{").ok_or(AwsHookProblem::Brace)?;
            let known = VARIABLES.iter().find(|(known, _)| *known == name).map(|(_, variable)| *variable);
            let variable = known.ok_or(AwsHookProblem::Variable(
                "{session_id}, {rating}, {timestamp} and, in a body, {session_viewer_password}",
            ))?;
            if !plain.is_empty() {
                parts.push(TemplatePart::Text(std::mem::take(&mut plain)));
            }
            parts.push(TemplatePart::Variable(variable));
            rest = after;
        }
        plain.push_str(rest);
        if !plain.is_empty() {
            parts.push(TemplatePart::Text(plain));
        }
        Ok(Self(parts))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn filled(template: &TextTemplate) -> String {
        template.filled(|variable| match variable {
            TemplateVariable::SessionId => "s-1",
            TemplateVariable::Rating => "negative",
            TemplateVariable::Timestamp => "now",
            TemplateVariable::ViewerPassword => "hush",
        })
    }

    #[test]
    fn variables_are_filled_in_and_braces_are_written_twice() {
        let template = TextTemplate::subject("[{rating}] {session_id} at {timestamp}: {{}} ").unwrap();
        assert_eq!(filled(&template), "[negative] s-1 at now: {} ");
        assert_eq!(filled(&TextTemplate::body("{session_viewer_password}").unwrap()), "hush");
        assert_eq!(filled(&TextTemplate::body("").unwrap()), "");
    }

    #[test]
    fn a_template_that_cannot_be_filled_is_told_at_the_start() {
        for wrong in ["{", "}", "{session_id", "session_id}", "{session_id}}"] {
            assert_eq!(TextTemplate::body(wrong), Err(AwsHookProblem::Brace), "{wrong}");
        }
        for wrong in ["{}", "{session}", "{ rating }", "{rating:>8}"] {
            assert!(matches!(TextTemplate::body(wrong), Err(AwsHookProblem::Variable(_))), "{wrong}");
        }
        let named = TextTemplate::subject("{session_viewer_password}");
        assert!(matches!(named, Err(AwsHookProblem::Variable(_))), "a subject shows everywhere");
    }

    proptest! {
        #[test]
        fn any_text_can_be_written(text in ".{0,40}") {
            let doubled = text.replace('{', "{{").replace('}', "}}");
            prop_assert_eq!(filled(&TextTemplate::body(&doubled).unwrap()), text);
        }

        #[test]
        fn any_template_is_read_or_refused(text in "[{}a-z_é]{0,30}") {
            let _ = TextTemplate::body(&text);
        }
    }
}
