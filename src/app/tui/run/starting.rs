//! What the screen starts with.

use ratatui::layout::Size;

use super::{
    super::{
        render::{
            Look,
            look::{Theme, marks},
        },
        state::Start,
    },
    Browse, links,
};
use crate::app::{clock, memory::Memory, place};

pub(super) fn start(options: Browse, memory: Memory, size: Size) -> Start {
    let zone = options.ui.zone();
    let theme = Theme::of_settings(&options.ui, options.palette).0;
    let links = options.ui.links && links::are_taken(|name| std::env::var(name).ok());
    let look = Look { theme, marks: marks(options.ui.symbols), zone, now: clock::now(), links };
    let Browse { place, read_only, .. } = options;
    let home = directories::BaseDirs::new().map(|dirs| dirs.home_dir().to_owned());
    let mut places = place::all(place.as_ref(), options.profiles, home);
    place::look_around(&mut places, std::env::current_dir().ok().as_deref(), &std::env::temp_dir());
    for place in &mut places {
        place.read_only |= read_only;
    }
    let (ui, keymap, filters, alerts) = (options.ui, options.keymap, options.filters, options.alerts);
    let (open_id, fleet, reveal) = (options.open_id, options.fleet, options.reveal);
    Start {
        ui,
        look,
        keymap,
        filters,
        reveal,
        alerts,
        places,
        memory,
        read_only,
        place,
        open_id,
        fleet,
        size,
        run: uuid::Uuid::new_v4(),
    }
}
