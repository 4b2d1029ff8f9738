//! How it looks: a theme is shown as the cursor of the menu comes to it, and put back by Esc. Their files are read anew, beside the
//! loop, whenever one may be chosen.

use super::{
    AppState, Effect,
    completion::Completion,
    help::pane::HelpPane,
    menu::Menu,
    modal::Modal,
    prompt::TypedMistake,
    theme_menu::{ThemeItem, ThemeMenu},
};
use crate::app::{
    config::{ThemeName, Themes, Ui, write::ConfigEdit},
    keymap::Action,
    tui::render::look::{Theme, colour::Ground},
};

impl AppState {
    /// Shows the themes, at the one in use.
    pub(super) fn open_themes(&mut self) -> Vec<Effect> {
        let mut menu = Menu::new(items(&self.ui, ""));
        let at = menu.items.iter().position(|item| item.name == self.ui.theme);
        menu.select(at.unwrap_or(0));
        self.modals.push(Modal::Themes(Box::new(ThemeMenu { menu, before: self.ui.theme.clone() })));
        vec![self.read_themes()]
    }

    /// Files may have come or changed since the themes were read.
    pub(super) fn read_themes(&self) -> Effect {
        Effect::ReadThemes(self.ui.themes.clone())
    }

    /// The themes were read once more: what came is offered, and what changed is shown.
    pub(super) fn on_themes(&mut self, themes: Themes) -> Vec<Effect> {
        if themes == self.ui.themes {
            return Vec::new();
        }
        self.ui.themes = themes;
        self.offer_anew();
        let items = items(&self.ui, "");
        let mut shows_them = false;
        for modal in &mut self.modals {
            if let Modal::Themes(themes) = modal {
                let chosen = themes.menu.chosen().map(|item| &item.name);
                let at = items.iter().position(|item| Some(&item.name) == chosen);
                themes.menu.items.clone_from(&items);
                themes.menu.select(at.unwrap_or(0));
                shows_them = true;
            }
        }
        if shows_them {
            return self.try_theme();
        }
        let wrong = self.restyle();
        self.tell_unused(wrong);
        Vec::new()
    }

    /// A key on the themes, which are on top.
    pub(super) fn in_themes(&mut self, action: Action) -> Vec<Effect> {
        let page = self.areas.body.height.saturating_sub(2);
        let Some(Modal::Themes(themes)) = self.modals.last_mut() else { return Vec::new() };
        if themes.menu.on_action(action, page) {
            return self.try_theme();
        }
        match action {
            Action::Open => self.take_theme(),
            // The key of its letter, w: nothing else is written here.
            Action::Window | Action::Save => self.keep_theme(),
            Action::Back | Action::Quit | Action::Themes => self.put_theme_back(),
            Action::QuitNow => self.leave(),
            Action::Help => {
                self.modals.push(Modal::Help(HelpPane::default()));
                Vec::new()
            }
            _ => Vec::new(),
        }
    }

    /// A click selects a theme; one on the selected one takes it.
    pub(super) fn click_theme(&mut self, item: usize) -> Vec<Effect> {
        let Some(Modal::Themes(themes)) = self.modals.last_mut() else { return Vec::new() };
        if themes.menu.select(item) { self.take_theme() } else { self.try_theme() }
    }

    /// Shows the selected theme.
    fn try_theme(&mut self) -> Vec<Effect> {
        let Some(chosen) = self.selected_theme() else { return Vec::new() };
        self.ui.theme = chosen;
        let wrong = self.restyle();
        if let Some(why) = wrong {
            self.said = Some(why);
        }
        Vec::new()
    }

    /// Stays with the selected theme until the end of this run.
    pub(super) fn take_theme(&mut self) -> Vec<Effect> {
        let Some(name) = self.selected_theme() else { return Vec::new() };
        match self.set_theme(&name) {
            Ok(()) => {
                self.modals.pop();
                let says = format!("the theme {name:?} is used until the end");
                match self.keymap.label(Action::Themes) {
                    Some(key) => self.say(format!("{says}; {key}, then w, keeps it")),
                    None => self.say(says),
                }
            }
            Err(why) => self.say(why),
        }
    }

    /// Stays with it, also from the next start on.
    fn keep_theme(&mut self) -> Vec<Effect> {
        let Some(name) = self.selected_theme() else { return Vec::new() };
        if let Err(why) = self.set_theme(&name) {
            return self.say(why);
        }
        self.modals.pop();
        vec![Effect::Configure(Box::new(ConfigEdit::Theme(name)))]
    }

    fn put_theme_back(&mut self) -> Vec<Effect> {
        if let Some(Modal::Themes(themes)) = self.modals.pop() {
            self.ui.theme = themes.before;
            self.restyle();
        }
        Vec::new()
    }

    fn selected_theme(&self) -> Option<String> {
        let Some(Modal::Themes(themes)) = self.modals.last() else { return None };
        themes.menu.chosen().map(|item| item.name.clone())
    }

    /// Uses a theme.
    ///
    /// # Errors
    /// What is wrong with it; everything stays as it was.
    fn set_theme(&mut self, name: &str) -> Result<(), String> {
        if name != ThemeName::Auto.as_str() {
            self.ui.themes.sheet(name)?;
        }
        name.clone_into(&mut self.ui.theme);
        self.restyle();
        Ok(())
    }

    /// The terminal told what its background is.
    pub(super) fn on_background(&mut self, ground: Ground) -> Vec<Effect> {
        self.look.theme.terminal.ground = ground;
        let wrong = self.restyle();
        self.tell_unused(wrong);
        Vec::new()
    }

    /// At the start: a mistake in the theme of the settings, in whose stead another one is shown, is told.
    pub(super) fn tell_theme(&mut self) {
        let wrong = Theme::of_settings(&self.ui, self.look.theme.terminal).1;
        self.tell_unused(wrong);
    }

    fn tell_unused(&mut self, wrong: Option<String>) {
        if let Some(why) = wrong {
            self.say_and_keep(format!("theme not used: {}", crate::app::text::line(&why)));
        }
    }

    /// Everything in the theme of the settings; what is wrong with it.
    fn restyle(&mut self) -> Option<String> {
        let (theme, wrong) = Theme::of_settings(&self.ui, self.look.theme.terminal);
        if theme != self.look.theme {
            self.look.theme = theme;
            // It is laid out in the new colours.
            self.workspace.conversation_inner = None;
        }
        wrong
    }
}

/// `:theme NAME`.
///
/// # Errors
/// There is none of that name, or it has a mistake.
pub(super) fn run(state: &mut AppState, words: &str) -> Result<Vec<Effect>, TypedMistake> {
    let name = words.trim();
    let mistake = |problem: String| TypedMistake { span: 0..words.len(), problem };
    if name.is_empty() {
        let key = state.keymap.label(Action::Themes).map(|key| format!("; {key} shows them all")).unwrap_or_default();
        return Err(mistake(format!("name a theme: auto, {}{key}", state.ui.themes.names().join(", "))));
    }
    state.set_theme(name).map_err(mistake)?;
    Ok(state.say(format!("the theme is {name:?}")))
}

/// The themes whose names begin with what is typed, then those that hold it.
pub(super) fn complete(state: &AppState, typed: &str) -> Vec<Completion> {
    let typed = typed.trim();
    let mut fitting = items(&state.ui, typed);
    fitting.sort_by_key(|item| !item.name.starts_with(typed));
    let offer = |item: ThemeItem| Completion { text: item.name, help: item.about.unwrap_or_else(|why| why) };
    fitting.into_iter().map(offer).collect()
}

/// The themes whose names hold that, `auto` first.
fn items(ui: &Ui, typed: &str) -> Vec<ThemeItem> {
    let auto = ThemeName::Auto.as_str();
    let by_ground = format!("{} or {}", ui.theme_dark, ui.theme_light);
    let about = |name: &str| {
        if name == auto { Ok(by_ground.clone()) } else { ui.themes.sheet(name).map(|sheet| sheet.about) }
    };
    let names = std::iter::once(auto).chain(ui.themes.names()).filter(|name| name.contains(typed));
    names.map(|name| ThemeItem { name: name.to_owned(), about: about(name) }).collect()
}

#[cfg(test)]
mod tests;
