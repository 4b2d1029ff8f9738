//! The arguments of `doctor`.

/// `doctor`.
#[derive(Debug, clap::Args)]
pub struct DoctorArgs {
    /// Check this session: what in its document cannot be read
    #[arg(allow_hyphen_values = true)]
    pub id: Option<String>,
    /// Create the indexes that lists and filters use
    #[arg(long, conflicts_with = "id")]
    pub create_indexes: bool,
    /// One JSON object a line
    #[arg(long)]
    pub json: bool,
}
