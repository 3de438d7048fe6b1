//! What a developer is shown at the start.
use std::{net::SocketAddr, path::Path};

use crate::{compose::Outbox, config::Config, serve::Service};

/// Where everything is.
pub fn banner(services: &[Service], config: &Config, outbox: &Outbox) -> String {
    let mut lines = vec![String::new(), "  Panal, development".to_owned()];
    for service in services {
        let (name, address, store) = match service {
            Service::Auth(_) => ("auth-service", config.auth_address(), &config.auth_store),
            Service::Product(_) => ("product-service", config.product_address(), &config.product_store),
        };
        let store = store.as_ref().map(ToString::to_string).unwrap_or_default();
        lines.push(format!("  {name:<16} http://{address}/docs   store: {store}"));
    }
    if let (Some(folder), true) = (&outbox.folder, matches!(services.first(), Some(Service::Auth(_)))) {
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
