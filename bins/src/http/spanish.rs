//! The Spanish of every problem. What has no entry here is answered in English.
use actix_web::http::StatusCode;
use domain_shared::Invalid;

/// The title of a status.
pub fn title(status: StatusCode, english: &'static str) -> &'static str {
    match status.as_u16() {
        400 => "Petición incorrecta",
        401 => "No autenticado",
        403 => "Prohibido",
        404 => "No encontrado",
        405 => "Método no permitido",
        409 => "Conflicto",
        412 => "La condición no se cumple",
        413 => "Contenido demasiado grande",
        414 => "Dirección demasiado larga",
        415 => "Tipo de contenido no admitido",
        421 => "Petición mal dirigida",
        422 => "Contenido no procesable",
        429 => "Demasiadas peticiones",
        431 => "Cabeceras demasiado grandes",
        503 => "Servicio no disponible",
        _ => english,
    }
}

/// The detail of a problem, by its code.
pub fn detail(code: &str) -> Option<&'static str> {
    Some(match code {
        "already_active" => "ya está activo",
        "already_inactive" => "ya está inactivo",
        "bad_request" => "la petición no se puede leer",
        "body_too_large" => "el cuerpo es demasiado grande",
        "busy" => "hay demasiadas contraseñas en espera de comprobación",
        "cross_origin_refused" => {
            "no se permiten llamadas desde este origen, o con este método o estas cabeceras"
        }
        "currency_change" => "la moneda de un producto no puede cambiar",
        "duplicate_key" => "un campo aparece más de una vez",
        "email_taken" => "esta dirección ya está en uso",
        "forbidden" => "no tienes permiso para hacer esto",
        "headers_too_large" => "las cabeceras son demasiado grandes",
        "idempotency_key_reused" => "esta clave ya se usó para otra petición",
        "insufficient_stock" => "no quedan suficientes existencias",
        "internal_error" => "algo ha fallado aquí",
        "invalid" => "algunos campos no son válidos",
        "invalid_client" => "hacen falta las credenciales de un cliente de este servicio",
        "invalid_credentials" => "el nombre de usuario o la contraseña no son correctos",
        "invalid_idempotency_key" => {
            "Idempotency-Key debe ser una clave de 1 a 255 caracteres ASCII visibles"
        }
        "invalid_or_expired_code" => "el código no es válido o ha caducado",
        "invalid_precondition" => "If-Match debe ser * o una lista de etiquetas de entidad",
        "invalid_request" => "el formulario debe tener cada uno de sus campos, y ninguno dos veces",
        "invalid_refresh_token" => "el token de refresco no es válido o ha caducado",
        "invalid_token" => "el token no es válido",
        "malformed_csv" => "el cuerpo no es CSV en UTF-8 con una cabecera que tenga al menos name y price",
        "mail_rejected" => "el correo fue rechazado",
        "mail_unavailable" => "el correo no está disponible",
        "malformed_json" => "el cuerpo no es JSON válido",
        "method_not_allowed" => "el método no está permitido aquí",
        "misdirected_request" => "este servicio no responde a ese nombre",
        "missing_token" => "hace falta un token de acceso",
        "not_found" => "aquí no hay nada",
        "not_a_form" => "el tipo de contenido debe ser application/x-www-form-urlencoded",
        "not_an_array" => "el cuerpo debe ser una lista JSON",
        "not_an_object" => "el cuerpo debe ser un objeto JSON",
        "password_changed_meanwhile" => "la contraseña cambió entretanto",
        "product_inactive" => "el producto está inactivo",
        "product_not_found" => "no existe tal producto",
        "repeated" => "esto ya se hizo",
        "request_in_progress" => "todavía se está respondiendo a una petición anterior con esta clave",
        "request_timeout" => "la petición tardó demasiado en llegar",
        "session_not_found" => "no existe tal sesión",
        "session_ended" => "la sesión ha terminado",
        "rows_refused" => "no se ha guardado nada, porque algunas filas no se pueden guardar",
        "sku_taken" => "este SKU ya está en uso",
        "tokens_unchecked" => "los tokens no se pueden comprobar en este momento",
        "token_expired" => "el token ha caducado",
        "too_many_attempts" => "se ha intentado demasiadas veces; espera un poco",
        "too_many_imports" => "ya hay demasiadas importaciones en curso",
        "too_many_requests" => "demasiadas peticiones; espera un poco",
        "too_many_rows" => "son demasiadas filas",
        "too_many_streams" => "ya hay demasiados flujos de eventos abiertos",
        "too_much_stock" => "son más existencias de las que se pueden contar",
        "unknown_format" => "el tipo de contenido debe ser application/json, application/x-ndjson o text/csv",
        "unavailable" => "el servicio no está disponible",
        "unsupported_media_type" => "el tipo de contenido debe ser application/json",
        "uri_too_long" => "la dirección es demasiado larga",
        "user_erased" => "los datos de este usuario fueron borrados",
        "user_inactive" => "la cuenta está inactiva",
        "user_not_found" => "no existe tal usuario",
        "username_taken" => "este nombre de usuario ya está en uso",
        "wrong_cell_count" => "la fila no tiene tantas celdas como la cabecera",
        "version_mismatch" => "alguien lo cambió entretanto",
        _ => return None,
    })
}

/// A rule about values.
pub fn rule(rule: Invalid) -> String {
    match rule {
        Invalid::Missing => "es obligatorio".to_owned(),
        Invalid::Type(_) => "tiene un tipo incorrecto".to_owned(),
        Invalid::TooShort(least) => format!("debe tener al menos {least} caracteres"),
        Invalid::TooLong(most) => format!("debe tener como máximo {most} caracteres"),
        Invalid::TooSmall(least) => format!("debe ser como mínimo {least}"),
        Invalid::TooLarge(most) => format!("debe ser como máximo {most}"),
        Invalid::TooPrecise(decimals) => {
            format!("debe tener como máximo {decimals} decimales en esta moneda")
        }
        Invalid::Malformed(_) => "no tiene la forma correcta".to_owned(),
        Invalid::ForbiddenCharacter => "contiene un carácter no permitido".to_owned(),
        Invalid::TooCommon => "es demasiado común".to_owned(),
        Invalid::OwnName => "no puede ser tu propio nombre o dirección".to_owned(),
        Invalid::Mismatch => "no coincide".to_owned(),
        Invalid::Reserved => "está reservado".to_owned(),
        other => other.to_string(),
    }
}
