//! Moves from one landmark to the next over the whole conversation of a tab, also where it is not loaded: the outline tells where they
//! are.

mod stops;
#[cfg(test)]
mod tests;

use super::{ConversationState, Effect, Tickets, open::Goal, part::MessagePart, place::Sheet, timeline::Spot};
use crate::app::keymap::Action;

/// What a move goes by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Landmark {
    /// Every message.
    Message,
    /// What a person asked.
    Turn,
    /// A tool that failed.
    Error,
    /// A tool call.
    Tool,
    /// A message with feedback.
    Feedback,
    /// A message with something wrong.
    Finding,
    /// The first message of a day.
    Day,
}

impl Landmark {
    /// All of them, as they are offered.
    pub const ALL: [Self; 7] =
        [Self::Error, Self::Tool, Self::Feedback, Self::Finding, Self::Day, Self::Turn, Self::Message];

    /// The key that chooses it.
    #[must_use]
    pub fn letter(self) -> char {
        match self {
            Self::Message => 'm',
            Self::Turn => 'u',
            Self::Error => 'e',
            Self::Tool => 't',
            Self::Feedback => 'f',
            Self::Finding => 'n',
            Self::Day => 'd',
        }
    }

    /// What it is called.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Message => "message",
            Self::Turn => "turn",
            Self::Error => "error",
            Self::Tool => "tool call",
            Self::Feedback => "feedback",
            Self::Finding => "finding",
            Self::Day => "day",
        }
    }

    /// What an action moves by, and whether down.
    #[must_use]
    pub fn of(action: Action) -> Option<(Self, bool)> {
        Some(match action {
            Action::PreviousMessage => (Self::Message, false),
            Action::NextMessage => (Self::Message, true),
            Action::PreviousTurn => (Self::Turn, false),
            Action::NextTurn => (Self::Turn, true),
            Action::PreviousError => (Self::Error, false),
            Action::NextError => (Self::Error, true),
            Action::PreviousTool => (Self::Tool, false),
            Action::NextTool => (Self::Tool, true),
            Action::PreviousFeedback => (Self::Feedback, false),
            Action::NextFeedback => (Self::Feedback, true),
            Action::PreviousFinding => (Self::Finding, false),
            Action::NextFinding => (Self::Finding, true),
            Action::PreviousDay => (Self::Day, false),
            Action::NextDay => (Self::Day, true),
            _ => return None,
        })
    }
}

/// A landmark: its place in the tab, and what it is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct LandmarkStop {
    pos: usize,
    part: MessagePart,
    spot: Spot,
}

/// Where a move to a landmark came to. What is shown inside another message stands further up, on a line that others may share: from
/// there the next move goes on from the landmark, not from the line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Landing {
    pub at: Spot,
    pub line: usize,
    pub target: (Spot, MessagePart),
}

/// Where the reader is, as moves see it.
#[derive(Debug, Clone, Copy)]
enum Here {
    /// At a landmark, or on the way to it.
    At(usize, MessagePart),
    /// On a line of a message.
    Line(usize, usize),
}

impl ConversationState {
    /// Goes to the next landmark of a kind, down or up, and says which of how many it is.
    pub fn go_by(&mut self, kind: Landmark, down: bool, tickets: &mut Tickets) -> Vec<Effect> {
        if self.open.is_none() {
            return vec![Effect::Say("open a session first".to_owned())];
        }
        self.last_move = Some((kind, down));
        self.wanted_move = None;
        if kind == Landmark::Message {
            return self.go_by_message(down, tickets);
        }
        let Some(stops) = self.stops(kind) else {
            let asked = self.ask_owed(tickets);
            let says = if self.outline.is_some() {
                self.wanted_move = Some((kind, down));
                format!("the whole conversation is still being read: to the {} after that", kind.name())
            } else {
                "the whole conversation could not be read: reload it first".to_owned()
            };
            return asked.into_iter().chain([Effect::Say(says)]).collect();
        };
        let (before, after) = self.around(&stops);
        let to = if down { Some(after) } else { before.checked_sub(1) };
        let Some((at, stop)) = to.and_then(|at| Some((at, stops.get(at)?))) else {
            let others = if down { before } else { stops.len() - after };
            let says = none_left(kind, down, stops.len(), others);
            return vec![Effect::Say(format!("{says}{}", self.known_of(kind)))];
        };
        self.set_goal(Goal::Part(stop.spot, stop.part));
        let mut effects = self.moved(tickets);
        let known = self.known_of(kind);
        effects.push(Effect::Say(format!("{} {} of {}{known}", kind.name(), at + 1, stops.len())));
        effects
    }

    /// How many landmarks of a kind the tab has, of those that are known. `None`: before the whole conversation is.
    #[must_use]
    pub fn landmark_count(&self, kind: Landmark) -> Option<usize> {
        match kind {
            Landmark::Message => self.open.as_ref().map(|open| open.timeline.len()),
            _ => self.stops(kind).map(|stops| stops.len()),
        }
    }

    /// What is said where a message has to be loaded to be known as a landmark, and not all are.
    fn known_of(&self, kind: Landmark) -> &'static str {
        let Some(open) = self.open.as_ref().filter(|_| kind == Landmark::Finding) else { return "" };
        let is_whole = |agent: usize| open.windows[agent].loaded().count() as u64 >= open.counts[agent];
        let mut shown = (0..open.windows.len()).filter(|agent| open.timeline.shows(*agent));
        if shown.all(is_whole) { "" } else { " (of the messages loaded)" }
    }

    /// The move that waited for the whole conversation to be known.
    pub(super) fn go_wanted(&mut self, tickets: &mut Tickets) -> Vec<Effect> {
        let wanted = self.wanted_move.take();
        wanted.map(|(kind, down)| self.go_by(kind, down, tickets)).unwrap_or_default()
    }

    /// The last such move once more.
    pub fn go_again(&mut self, tickets: &mut Tickets) -> Vec<Effect> {
        match self.last_move {
            Some((kind, down)) => self.go_by(kind, down, tickets),
            None => {
                vec![Effect::Say("nothing to do again: no move to an error, a tool call or the like yet".to_owned())]
            }
        }
    }

    /// Up: to the head of the message that is read where that is out of view, else to the message before.
    fn go_by_message(&mut self, down: bool, tickets: &mut Tickets) -> Vec<Effect> {
        let on_way = self.on_way();
        let to = self.on_sheet(|pages, place, _| {
            // Where the reader sees himself: a message that is shown inside another has no line of its own.
            let here = on_way.unwrap_or(Here::Line(place.pos, place.line));
            let (Here::At(pos, _) | Here::Line(pos, _)) = here;
            if down {
                return (pos + 1..pages.len()).find(|pos| !pages.body(*pos).is_empty());
            }
            let head = pages.body(pos).start;
            let (is_below, is_hidden) = match here {
                Here::At(_, part) => (part > MessagePart::Head, part > MessagePart::Head),
                Here::Line(_, line) => (line > head, line > head.saturating_add(place.row)),
            };
            if is_hidden {
                return Some(pos);
            }
            let before = (0..pos).rev().find(|pos| !pages.body(*pos).is_empty());
            before.or(is_below.then_some(pos))
        });
        let spot = to.flatten().and_then(|pos| self.open.as_ref()?.timeline.at(pos));
        let Some(spot) = spot else {
            let says = if down { "this is the last message" } else { "this is the first message" };
            return vec![Effect::Say(says.to_owned())];
        };
        self.set_goal(Goal::Part(spot, MessagePart::Head));
        self.moved(tickets)
    }

    /// Where the reader is on the way to.
    fn on_way(&self) -> Option<Here> {
        let open = self.open.as_ref()?;
        match open.goal? {
            Goal::Part(spot, part) => Some(Here::At(open.timeline.place(spot)?, part)),
            Goal::Hit(spot) => Some(Here::At(open.timeline.place(spot)?, MessagePart::Head)),
            Goal::End => Some(Here::Line(open.timeline.len().saturating_sub(1), usize::MAX)),
        }
    }

    /// Where the reader is: on the way to a landmark, still at the last one, or on some line.
    fn here(&self) -> Option<Here> {
        let open = self.open.as_ref()?;
        let landed = self.landed.filter(|landed| open.spot() == Some(landed.at) && open.place.line == landed.line);
        let at = |landed: Landing| Some(Here::At(open.timeline.place(landed.target.0)?, landed.target.1));
        self.on_way().or_else(|| landed.and_then(at)).or(Some(Here::Line(open.place.pos, open.place.line)))
    }

    /// How many landmarks stand before the reader, and the position of the first one after.
    fn around(&mut self, stops: &[LandmarkStop]) -> (usize, usize) {
        match self.here() {
            None => (0, 0),
            Some(Here::At(pos, part)) => {
                let before = stops.partition_point(|stop| (stop.pos, stop.part) < (pos, part));
                let after = stops.partition_point(|stop| (stop.pos, stop.part) <= (pos, part));
                (before, after)
            }
            Some(Here::Line(pos, line)) => {
                let inside = self.inside_after(pos, line);
                if inside > 0 {
                    let passed = stops.partition_point(|stop| stop.pos <= pos + inside);
                    return (passed, passed);
                }
                let from = stops.partition_point(|stop| stop.pos < pos);
                let to = stops.partition_point(|stop| stop.pos <= pos);
                // Only of the message that one is in the lines matter.
                let lines: Vec<usize> = stops[from..to]
                    .iter()
                    .map(|stop| self.line_of_part(stop.spot, stop.part).unwrap_or_default())
                    .collect();
                let before = lines.iter().take_while(|there| **there < line).count();
                let after = lines.iter().take_while(|there| **there <= line).count();
                (from + before, from + after)
            }
        }
    }

    /// On the last line of a message: how many that are shown inside one further up come right after it. They have no line of their
    /// own and were passed on the way here.
    fn inside_after(&mut self, pos: usize, line: usize) -> usize {
        let counted = self.on_sheet(|pages, _, _| {
            let is_last = line.saturating_add(1) >= pages.body(pos).end;
            if is_last { (pos + 1..pages.len()).take_while(|next| pages.body(*next).is_empty()).count() } else { 0 }
        });
        counted.unwrap_or_default()
    }
}

/// `no further error; 3 before`. `others`: how many there are the other way, besides the one that one stands on.
fn none_left(kind: Landmark, down: bool, all: usize, others: usize) -> String {
    let name = kind.name();
    match (down, all, others) {
        (_, 0, _) => format!("no {name} in this tab"),
        (true, _, 0) => format!("no further {name}"),
        (false, _, 0) => format!("no {name} before"),
        (true, _, others) => format!("no further {name}; {others} before"),
        (false, _, others) => format!("no {name} before; {others} after"),
    }
}
