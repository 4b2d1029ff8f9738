//! What becomes of a line once it is typed, and what is offered while it is.

use crossterm::event::KeyEvent;

use super::{Asks, Does, Offer, Prompt, Typed, TypedMistake, history, palette};
use crate::{
    app::{
        keymap::{Action, ENTRIES},
        text,
        tui::state::{
            AppState, Effect,
            commands::{self, COMMANDS},
            modal::Modal,
        },
    },
    nearest,
    repository::mongo::uri,
};

impl AppState {
    /// Opens a line to type into.
    pub(in super::super) fn prompt(&mut self, asks: Asks) {
        let prompt = match asks {
            Asks::Filter => Prompt::new(asks, &self.workspace.list.filter.source, self.memory.filters.clone()),
            Asks::Find => Prompt::new(asks, &self.workspace.find, self.memory.finds.clone()),
            Asks::Fleet => Prompt::new(asks, &self.workspace.fleet.filter.source, self.memory.filters.clone()),
            Asks::Command => Prompt::command("", self.palette(), self.memory.commands.clone()),
        };
        self.modals.push(Modal::Prompt(Box::new(prompt)));
    }

    /// Opens a line with a text that was given elsewhere, and what is wrong with it.
    pub(in super::super) fn prompt_anew(&mut self, asks: Asks, given: &str, mistake: TypedMistake) {
        self.prompt(asks);
        if let Some(Modal::Prompt(prompt)) = self.modals.last_mut() {
            prompt.put(&text::line(given), usize::MAX);
            prompt.mistake = Some(mistake);
        }
    }

    /// Opens the `:` line with a command that needs words, to be typed.
    pub(in super::super) fn prompt_for(&mut self, command: &str) {
        let prompt = Prompt::command(&format!("{command} "), self.palette(), self.memory.commands.clone());
        self.modals.push(Modal::Prompt(Box::new(prompt)));
    }

    /// A key in the line on top.
    pub(in super::super) fn on_prompt_key(&mut self, key: KeyEvent) -> Vec<Effect> {
        let Some(Modal::Prompt(prompt)) = self.modals.last_mut() else { return Vec::new() };
        let typed = prompt.on_key(key);
        self.on_typed(typed)
    }

    pub(in super::super) fn on_typed(&mut self, typed: Typed) -> Vec<Effect> {
        let line = match typed {
            Typed::Taken => return Vec::new(),
            Typed::Close => {
                let mut effects = self.show_before().unwrap_or_default();
                effects.extend(self.close_modal());
                return effects;
            }
            Typed::Enter(line) => line,
        };
        // What is typed may open something: that lies where the line was.
        let Some(Modal::Prompt(mut prompt)) = self.modals.pop_if(|modal| matches!(modal, Modal::Prompt(_))) else {
            return Vec::new();
        };
        let line = match prompt.chosen_offer().map(|offer| &offer.does) {
            Some(Does::Line(chosen)) if prompt.asks != Asks::Command => chosen.clone(),
            _ => line,
        };
        let done = match prompt.asks {
            Asks::Find => Ok(self.find_text(&line)),
            Asks::Filter => self.filter(&line),
            Asks::Fleet => self.filter_fleet(&line),
            Asks::Command => return self.on_command(prompt, &line),
        };
        match done {
            Ok(mut effects) => {
                effects.extend(self.keep_line(prompt.asks, &line));
                effects
            }
            Err(mistake) => {
                if line != prompt.text() {
                    prompt.put(&line, usize::MAX);
                }
                prompt.mistake = Some(mistake);
                self.modals.push(Modal::Prompt(prompt));
                Vec::new()
            }
        }
    }

    /// A command was typed, or chosen among those offered.
    fn on_command(&mut self, mut prompt: Box<Prompt>, line: &str) -> Vec<Effect> {
        let is_chosen = prompt.chosen().is_some_and(|at| at > 0 || prompt.searches());
        if line.trim().is_empty() && !is_chosen {
            // Nothing was typed, nor chosen.
            return Vec::new();
        }
        let does = match prompt.chosen_offer().map(|offer| offer.does.clone()) {
            // Words after a command are meant as they are typed, unless something offered was chosen.
            None | Some(Does::Fill(..)) => Does::Line(line.trim().to_owned()),
            Some(does) => does,
        };
        if matches!(self.modals.last(), Some(Modal::Editor(_)))
            && !matches!(does, Does::Action(Action::Quit | Action::QuitNow))
        {
            return self.say("not done: what came back is to be stored or left first");
        }
        // A number that a line is looked for with is none of a message.
        if let Some(place) = self.typed_place(line).filter(|_| !prompt.searches()) {
            let mut effects = self.go_to_message_typed(&place);
            effects.extend(self.keep_line(Asks::Command, line));
            return effects;
        }
        match does {
            Does::Action(action) => {
                let mut effects = self.keep_line(Asks::Command, action.entry().name);
                effects.extend(self.on_action(action));
                effects
            }
            Does::Line(line) | Does::Fill(line, _) => match self.run_line(&line) {
                Ok(mut effects) => {
                    effects.extend(self.keep_line(Asks::Command, &line));
                    effects
                }
                Err(mistake) => {
                    if line != prompt.text().trim() {
                        prompt.put(&line, usize::MAX);
                    }
                    let start = prompt.text().len() - prompt.text().trim_start().len();
                    let span = mistake.span.start + start..mistake.span.end + start;
                    prompt.mistake = Some(TypedMistake { span, ..mistake });
                    self.modals.push(Modal::Prompt(prompt));
                    // A theme may have been put there since.
                    let is_theme = commands::called(&line).is_some_and(|(command, _)| command.name == "theme");
                    if is_theme { vec![self.read_themes()] } else { Vec::new() }
                }
            },
        }
    }

    /// Does a command as it was typed, without blanks around it.
    fn run_line(&mut self, line: &str) -> Result<Vec<Effect>, TypedMistake> {
        if let Some((command, words)) = commands::called(line) {
            let start = line.len() - words.len();
            return (command.run)(self, words).map_err(|mistake| {
                let span = mistake.span.start + start..mistake.span.end + start;
                TypedMistake { span, ..mistake }
            });
        }
        if let Some(entry) = ENTRIES.iter().find(|entry| entry.name == line) {
            return Ok(self.on_action(entry.action));
        }
        if let Some(problem) = self.no_such_agent(line) {
            return Err(TypedMistake { span: 0..line.len(), problem });
        }
        let names: Vec<&str> =
            ENTRIES.iter().map(|entry| entry.name).chain(COMMANDS.iter().map(|command| command.name)).collect();
        let typed = line.split_whitespace().next().unwrap_or_default();
        let meant = match nearest::nearest(typed, &names) {
            Some(nearest) => format!("did you mean {nearest}?"),
            None => self.with_key("all of them are in the help", Action::Help),
        };
        Err(TypedMistake { span: 0..line.len(), problem: format!("no command is called that; {meant}") })
    }

    /// More is known of what may be offered.
    pub(in super::super) fn offer_anew(&mut self) {
        if let Some(Modal::Prompt(prompt)) = self.modals.last_mut() {
            prompt.anew = !prompt.stale;
            prompt.stale = true;
        }
    }

    /// Offers what may be meant by what is typed by now.
    pub(in super::super) fn offer_as_typed(&mut self) {
        self.note_typed();
        let Some(Modal::Prompt(prompt)) = self.modals.last() else { return };
        if !prompt.stale {
            return;
        }
        let (offers, first) = match prompt.asks {
            _ if prompt.searches() => (prompt.found_before(), true),
            Asks::Command => self.command_offers(prompt),
            Asks::Filter | Asks::Fleet => (self.filter_offers(prompt.text(), prompt.caret()), false),
            Asks::Find => (Vec::new(), false),
        };
        let wanted = self.wanted_as_typed(prompt);
        let is_command = prompt.asks == Asks::Command;
        let says = is_command.then(|| if prompt.searches() { None } else { self.command_says(prompt.text()) });
        if let Some(Modal::Prompt(prompt)) = self.modals.last_mut() {
            prompt.offer(offers, first);
            prompt.wanted = wanted;
            if let Some(says) = says {
                prompt.says = says;
            }
        }
    }

    /// What a command that takes words does with them.
    fn command_says(&self, typed: &str) -> Option<String> {
        if self.typed_place(typed).is_some() {
            return Some("to the message of that number; they run from 0".to_owned());
        }
        let (command, _) = commands::called(typed)?;
        Some(format!("{} {}: {}", command.name, command.words, command.help))
    }

    /// Commands by name; behind one that takes words what may stand there.
    fn command_offers(&self, prompt: &Prompt) -> (Vec<Offer>, bool) {
        let typed = prompt.text().trim_start();
        let Some((command, words)) = commands::called(typed) else {
            return (palette::ranked(&prompt.palette, typed), true);
        };
        let completions = (command.complete)(self, words);
        let offers = completions.into_iter().map(|completion| Offer {
            name: text::line(&completion.text).into_owned(),
            help: text::line(&completion.help).into_owned(),
            key: String::new(),
            does: Does::Line(format!("{} {}", command.name, completion.text)),
            fits: true,
        });
        (offers.collect(), false)
    }

    /// Keeps a line among those typed before, unless it names what is kept encrypted or holds a password.
    pub(in super::super) fn keep_line(&mut self, asks: Asks, line: &str) -> Vec<Effect> {
        let line = line.trim();
        if holds_secret(asks, line) {
            return Vec::new();
        }
        let filter = match asks {
            Asks::Find => None,
            Asks::Filter | Asks::Fleet => Some(line),
            Asks::Command => {
                commands::called(line).filter(|(command, _)| command.name == "filter").map(|(_, words)| words)
            }
        };
        if line.is_empty() || filter.is_some_and(|filter| !self.may_keep(filter)) {
            return Vec::new();
        }
        let lines = match asks {
            Asks::Find => &mut self.memory.finds,
            Asks::Filter | Asks::Fleet => &mut self.memory.filters,
            Asks::Command => &mut self.memory.commands,
        };
        if history::keep(lines, line) { vec![self.remember()] } else { Vec::new() }
    }

    /// Whether a filter as it was typed may be kept on a disk.
    pub(super) fn may_keep(&self, typed: &str) -> bool {
        self.read_filter(typed).is_ok_and(|filter| *self.reveal.filter_on_disk(&filter) == *filter.source)
    }
}

/// Whether a connection string with a secret is in a line.
fn holds_secret(asks: Asks, line: &str) -> bool {
    let is_login = asks == Asks::Command || line.contains('@');
    is_login && !uri::secret_spans(line).is_empty()
}
