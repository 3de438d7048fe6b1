//! What a developer is shown at the start.
use std::{net::SocketAddr, path::Path, sync::Arc};

use crate::{compose::Outbox, config::Config, serve::Service};

/// Where everything is.
pub fn banner(services: &[Arc<dyn Service>], config: &Config, outbox: &Outbox) -> String {
    let mut lines = vec![String::new(), "  Panal, development".to_owned()];
    for service in services {
        let (name, address) = (service.name(), service.address(config));
        let store = service.store(config).map(ToString::to_string).unwrap_or_default();
        lines.push(format!("  {name:<16} http://{address}/docs   store: {store}"));
    }
    if let (Some(folder), true) = (&outbox.folder, config.auth_store.is_some()) {
        lines.push(mailbox(config.shows_mails().then(|| config.auth_address()), folder.path()));
        lines.push("  codes are shown here, too".to_owned());
    }
    lines.push(String::new());
    lines.join("\n")
}

/// Where mails are: also on a page, if that is shown at an address.
fn mailbox(shown_at: Option<SocketAddr>, folder: &Path) -> String {
    let page = shown_at.map(|address| format!("http://{address}/dev/mailbox   ")).unwrap_or_default();
    format!("  {:<16} {page}folder: {}", "mailbox", folder.display())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_of_mails_is_told_of_where_it_is_shown_and_nowhere_else() {
        let folder = Path::new("data/mail");
        let shown = mailbox(Some(SocketAddr::from(([127, 0, 0, 1], 8001))), folder);
        assert_eq!(shown, "  mailbox          http://127.0.0.1:8001/dev/mailbox   folder: data/mail");
        assert_eq!(mailbox(None, folder), "  mailbox          folder: data/mail");
    }
}
