//! What the state asks of the disk beside everything else: a change of the settings, folders to choose from, themes. Each on a thread that
//! may wait; what comes of it is input.

use std::{
    path::{MAIN_SEPARATOR, Path},
    sync::{Arc, Mutex, PoisonError},
};

use tokio::{sync::mpsc, task::spawn_blocking};

use crate::{
    app::{
        config::{
            Themes,
            write::{ConfigEdit, SettingsFile},
        },
        tui::state::{Input, new_place::ListedFolders},
    },
    disk,
};

/// So many folders are listed at most.
const MOST: usize = 200;

/// What is done beside the loop.
#[derive(Debug)]
pub(super) struct Aside {
    /// Changed by one at a time: a change is made of what the one before left.
    settings: Arc<Mutex<SettingsFile>>,
    sender: mpsc::UnboundedSender<Input>,
    told: mpsc::UnboundedReceiver<Input>,
}

impl Aside {
    pub fn new(settings: SettingsFile) -> Self {
        let (sender, told) = mpsc::unbounded_channel();
        Self { settings: Arc::new(Mutex::new(settings)), sender, told }
    }

    /// Where others tell what is input.
    pub fn teller(&self) -> mpsc::UnboundedSender<Input> {
        self.sender.clone()
    }

    /// Changes the file of settings.
    pub fn keep(&self, edit: ConfigEdit) {
        let settings = Arc::clone(&self.settings);
        self.begin(move || {
            let settings = settings.lock().unwrap_or_else(PoisonError::into_inner);
            let said = settings.keep(&edit);
            Input::Configured(Box::new(edit), said)
        });
    }

    /// Lists the folders whose path begins as it was typed.
    pub fn list(&self, typed: String) {
        self.begin(move || {
            let found = folders(&typed);
            Input::Folders(ListedFolders { typed, found })
        });
    }

    /// Reads the themes once more.
    pub fn read_themes(&self, themes: Themes) {
        self.begin(move || Input::Themes(themes.read_anew()));
    }

    fn begin(&self, work: impl FnOnce() -> Input + Send + 'static) {
        let sender = self.sender.clone();
        spawn_blocking(move || {
            // Nobody listens any more at the end.
            let _ = sender.send(work());
        });
    }

    /// What came of something.
    pub async fn next(&mut self) -> Input {
        match self.told.recv().await {
            Some(input) => input,
            // Its other end is held here.
            None => std::future::pending().await,
        }
    }
}

/// In the form that was typed: `~/da` becomes `~/data`. Hidden ones only where their dot was typed.
fn folders(typed: &str) -> Result<Vec<String>, String> {
    if typed == "~" {
        return Ok(vec![typed.to_owned()]);
    }
    let cut = typed.rfind(['/', MAIN_SEPARATOR]).map_or(0, |at| at + 1);
    let (above, begins) = typed.split_at(cut);
    let folder = if above.is_empty() { Path::new(".").to_owned() } else { disk::expand_home(Path::new(above)) };
    let listed = std::fs::read_dir(&folder)
        .map_err(|error| format!("{} cannot be listed: {}", folder.display(), disk::reason(&error)))?;
    let names = listed.filter_map(|entry| {
        let entry = entry.ok()?;
        let name = entry.file_name().into_string().ok()?;
        let is_meant = name.starts_with(begins) && (begins.starts_with('.') || !name.starts_with('.'));
        // Also what a link leads to.
        (is_meant && entry.path().is_dir()).then(|| format!("{above}{name}"))
    });
    let mut names: Vec<String> = names.collect();
    names.sort_unstable();
    names.truncate(MOST);
    Ok(names)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_are_listed_in_the_form_they_are_typed_in() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["data", "dates", ".dot", "other"] {
            std::fs::create_dir(folder.path().join(name)).unwrap();
        }
        std::fs::write(folder.path().join("dat.txt"), "").unwrap();
        let above = format!("{}/", folder.path().display());
        let listed = |typed: &str| folders(&format!("{above}{typed}")).unwrap();
        assert_eq!(listed("da"), [format!("{above}data"), format!("{above}dates")]);
        assert_eq!(listed("."), [format!("{above}.dot")]);
        assert_eq!(listed("").len(), 3);
        assert_eq!(folders("~").unwrap(), ["~"]);
        assert!(folders("/nowhere/at/all/x").unwrap_err().contains("cannot be listed"));
    }

    #[tokio::test]
    async fn themes_are_read_from_where_they_were() {
        let folder = tempfile::tempdir().unwrap();
        let themes = Themes::load(Some(folder.path()));
        std::fs::write(folder.path().join("mine.toml"), "inherits = \"nord\"").unwrap();
        let mut aside = Aside::new(SettingsFile::of(None));
        aside.read_themes(themes);
        let Input::Themes(read) = aside.next().await else { panic!("no themes") };
        assert!(read.names().contains(&"mine"));
    }

    #[tokio::test]
    async fn what_came_of_it_is_input() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config.toml");
        let mut aside = Aside::new(SettingsFile::of(Some(&path)));
        for nth in 0..20 {
            aside.keep(ConfigEdit::Filter(format!("f{nth}"), "app:a".to_owned()));
        }
        for _ in 0..20 {
            assert!(matches!(aside.next().await, Input::Configured(_, Ok(_))));
        }
        let text = std::fs::read_to_string(&path).unwrap();
        assert_eq!(text.matches("app:a").count(), 20, "none is lost to another");
    }
}
