//! The OpenAPI document, which is made from the routes.

use std::sync::Arc;

use axum::{Json, Router};
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityScheme};
use utoipa::{Modify, OpenApi};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::pool::keeper::Keeper;

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Strongroom control plane",
        description = "Leases payment HSM appliances of a pool. Paths and bodies are those of the public REST \
                       specification of a cloud's resource provider; `force`, `endpoints` and `billedHours` are our own.",
        license(name = "MIT OR Apache-2.0", identifier = "MIT OR Apache-2.0"),
    ),
    modifiers(&Bearer),
    security(("token" = [])),
)]
struct Document;

/// Says that a token is wanted.
struct Bearer;

impl Modify for Bearer {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        let scheme = SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer));
        document.components.get_or_insert_default().add_security_scheme("token", scheme);
    }
}

/// The OpenAPI document.
pub(crate) fn document() -> utoipa::openapi::OpenApi {
    OpenApiRouter::with_openapi(Document::openapi())
        .merge(super::described())
        .merge(described())
        .into_openapi()
}

/// Describe the control plane: this document
#[utoipa::path(
    get, path = "/openapi.json", security(()),
    responses((status = 200, body = serde_json::Value, description = "An OpenAPI document")),
)]
async fn openapi() -> Json<utoipa::openapi::OpenApi> {
    Json(document())
}

fn described() -> OpenApiRouter<Arc<Keeper>> {
    OpenApiRouter::new().routes(routes!(openapi))
}

/// Its route, which everybody may take.
pub(super) fn route() -> Router<Arc<Keeper>> {
    Router::from(described()).method_not_allowed_fallback(super::not_allowed)
}
