//! The control plane: resources over HTTP, for automation.
//!
//! Every answer that is not 2xx is `{"error": {"code", "message"}}`. Who comes without the token of the pool learns
//! nothing but that, and reads the OpenAPI document.

mod asked;
mod document;

use std::sync::Arc;

use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::{StatusCode, header};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::{Json, Router};
use lease::{Identifier, Problem};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use self::asked::{Body, Path, Query, Refusal};
use super::body::{
    Dependencies, Display, ErrorBody, ListBody, Operation, Operations, PatchBody, PutBody,
    ResourceBody,
};
use super::keeper::{Fault, Keeper};

pub(super) use self::document::document;

/// Versions of the interface that clients may ask for; all are answered alike.
const VERSIONS: [&str; 4] =
    ["2018-10-31-preview", "2021-11-30", "2024-06-30-preview", "2025-03-31"];

/// Resources on one page of a list, where nobody asks for less.
const PAGE: usize = 100;

/// Longest body in bytes.
const LONGEST_BODY: usize = 64 * 1024;

type Shared = State<Arc<Keeper>>;

/// Which resource.
#[derive(Debug, Deserialize, IntoParams)]
struct Place {
    /// Subscription of the customer.
    subscription: String,
    /// Resource group.
    group: String,
    /// Name: 3 to 24 letters, digits and hyphens.
    name: String,
}

impl From<Place> for Identifier {
    fn from(Place { subscription, group, name }: Place) -> Self {
        Self { subscription, group, name }
    }
}

/// How a list is cut.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Pages {
    /// Most resources on a page.
    #[serde(rename = "$top")]
    top: Option<usize>,
    /// Resources to leave out.
    #[serde(rename = "$skip")]
    skip: Option<usize>,
}

/// How a resource is given up.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Force {
    /// Identifier of the customer's documented request to erase an appliance that he has not released. Our own.
    force: Option<String>,
}

/// Version of the interface.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Version {
    /// One of 2018-10-31-preview, 2021-11-30, 2024-06-30-preview, 2025-03-31; all are answered alike.
    #[serde(rename = "api-version")]
    api_version: String,
}

/// Asks or changes the pool where that may take the time that a disk takes.
async fn with<T: Send + 'static>(
    keeper: Arc<Keeper>,
    ask: impl FnOnce(&Keeper) -> Result<T, Fault> + Send + 'static,
) -> Result<T, Refusal> {
    match tokio::task::spawn_blocking(move || ask(&keeper)).await {
        Ok(answer) => Ok(answer?),
        Err(_) => Err(Refusal::broken()),
    }
}

fn shown(keeper: &Keeper, resource: &lease::Resource) -> ResourceBody {
    ResourceBody::new(resource, keeper.message(resource), keeper.endpoints(resource))
}

/// Create a payment HSM, or find it as it is
#[utoipa::path(
    put, path = "/subscriptions/{subscription}/resourceGroups/{group}/providers/Microsoft.HardwareSecurityModules/dedicatedHSMs/{name}",
    params(Place, Version), request_body = PutBody,
    responses(
        (status = 200, body = ResourceBody, description = "It is there already"),
        (status = 201, body = ResourceBody, description = "It is being created; read it until provisioningState is Succeeded or Failed"),
        (status = "4XX", body = ErrorBody, description = "Why not"),
    ),
)]
async fn put(
    State(keeper): Shared,
    Path(place): Path<Place>,
    Body(body): Body<PutBody>,
) -> Result<Response, Refusal> {
    let (identifier, wish) = (Identifier::from(place), body.wish()?);
    let (created, resource) = with(keeper, move |keeper| {
        let created = keeper.put(identifier.clone(), wish)?;
        Ok((created, shown(keeper, &keeper.resource(&identifier)?)))
    })
    .await?;
    let status = if created { StatusCode::CREATED } else { StatusCode::OK };
    Ok((status, [(header::RETRY_AFTER, "1")], Json(resource)).into_response())
}

/// Read a payment HSM
#[utoipa::path(
    get, path = "/subscriptions/{subscription}/resourceGroups/{group}/providers/Microsoft.HardwareSecurityModules/dedicatedHSMs/{name}",
    params(Place, Version),
    responses(
        (status = 200, body = ResourceBody, description = "As it is"),
        (status = "4XX", body = ErrorBody, description = "Why not"),
    ),
)]
async fn get(
    State(keeper): Shared,
    Path(place): Path<Place>,
) -> Result<Json<ResourceBody>, Refusal> {
    with(keeper, |keeper| Ok(Json(shown(keeper, &keeper.resource(&place.into())?)))).await
}

/// Change size or tags of a payment HSM, while it works on
#[utoipa::path(
    patch, path = "/subscriptions/{subscription}/resourceGroups/{group}/providers/Microsoft.HardwareSecurityModules/dedicatedHSMs/{name}",
    params(Place, Version), request_body = PatchBody,
    responses(
        (status = 200, body = ResourceBody, description = "Changed"),
        (status = "4XX", body = ErrorBody, description = "Why not"),
    ),
)]
async fn patch(
    State(keeper): Shared,
    Path(place): Path<Place>,
    Body(body): Body<PatchBody>,
) -> Result<Json<ResourceBody>, Refusal> {
    let (identifier, change) = (Identifier::from(place), body.change()?);
    with(keeper, move |keeper| {
        keeper.patch(&identifier, change)?;
        Ok(Json(shown(keeper, &keeper.resource(&identifier)?)))
    })
    .await
}

/// Give a payment HSM up, once it is released
#[utoipa::path(
    delete, path = "/subscriptions/{subscription}/resourceGroups/{group}/providers/Microsoft.HardwareSecurityModules/dedicatedHSMs/{name}",
    params(Place, Force, Version),
    responses(
        (status = 202, description = "It is being deleted; read it until there is none"),
        (status = 204, description = "There is none"),
        (status = "4XX", body = ErrorBody, description = "Why not: its tenant has not released it"),
    ),
)]
async fn delete(
    State(keeper): Shared,
    Path(place): Path<Place>,
    Query(Force { force }): Query<Force>,
) -> Result<Response, Refusal> {
    let deleted =
        with(keeper, move |keeper| match keeper.delete(&place.into(), force.as_deref()) {
            Ok(()) => Ok(true),
            Err(Fault::Problem(Problem::NoResource(_))) => Ok(false),
            Err(fault) => Err(fault),
        });
    Ok(if deleted.await? {
        (StatusCode::ACCEPTED, [(header::RETRY_AFTER, "1")]).into_response()
    } else {
        StatusCode::NO_CONTENT.into_response()
    })
}

/// One page of the resources of a subscription, or of a group of it.
fn page(keeper: &Keeper, subscription: &str, group: Option<&str>, pages: &Pages) -> ListBody {
    let (top, skip) = (pages.top.unwrap_or(PAGE).clamp(1, PAGE), pages.skip.unwrap_or(0));
    let all = keeper.resources(subscription, group);
    let more = all.len() > skip.saturating_add(top);
    let value = all.iter().skip(skip).take(top).map(|resource| shown(keeper, resource)).collect();
    let next_link = more.then(|| {
        let group = group.map(|group| format!("/resourceGroups/{group}")).unwrap_or_default();
        format!(
            "/subscriptions/{subscription}{group}/providers/Microsoft.HardwareSecurityModules/dedicatedHSMs\
             ?api-version={}&$top={top}&$skip={}",
            VERSIONS[3],
            skip + top
        )
    });
    ListBody { value, next_link }
}

/// List the payment HSMs of a subscription
#[utoipa::path(
    get, path = "/subscriptions/{subscription}/providers/Microsoft.HardwareSecurityModules/dedicatedHSMs",
    params(("subscription" = String, Path, description = "Subscription of the customer"), Pages, Version),
    responses(
        (status = 200, body = ListBody, description = "One page"),
        (status = "4XX", body = ErrorBody, description = "Why not"),
    ),
)]
async fn list(
    State(keeper): Shared,
    Path(subscription): Path<String>,
    Query(pages): Query<Pages>,
) -> Result<Json<ListBody>, Refusal> {
    with(keeper, move |keeper| Ok(Json(page(keeper, &subscription, None, &pages)))).await
}

/// List the payment HSMs of a resource group
#[utoipa::path(
    get, path = "/subscriptions/{subscription}/resourceGroups/{group}/providers/Microsoft.HardwareSecurityModules/dedicatedHSMs",
    params(
        ("subscription" = String, Path, description = "Subscription of the customer"),
        ("group" = String, Path, description = "Resource group"), Pages, Version,
    ),
    responses(
        (status = 200, body = ListBody, description = "One page"),
        (status = "4XX", body = ErrorBody, description = "Why not"),
    ),
)]
async fn list_group(
    State(keeper): Shared,
    Path((subscription, group)): Path<(String, String)>,
    Query(pages): Query<Pages>,
) -> Result<Json<ListBody>, Refusal> {
    with(keeper, move |keeper| Ok(Json(page(keeper, &subscription, Some(&group), &pages)))).await
}

/// Where a payment HSM connects to by itself: nowhere
#[utoipa::path(
    get, path = "/subscriptions/{subscription}/resourceGroups/{group}/providers/Microsoft.HardwareSecurityModules/dedicatedHSMs/{name}/outboundNetworkDependenciesEndpoints",
    params(Place, Version),
    responses(
        (status = 200, body = Dependencies, description = "An empty list"),
        (status = "4XX", body = ErrorBody, description = "Why not"),
    ),
)]
async fn outbound(
    State(keeper): Shared,
    Path(place): Path<Place>,
) -> Result<Json<Dependencies>, Refusal> {
    with(keeper, |keeper| keeper.resource(&place.into())).await?;
    Ok(Json(Dependencies { value: Vec::new() }))
}

/// List what can be done
#[utoipa::path(
    get, path = "/providers/Microsoft.HardwareSecurityModules/operations",
    params(Version),
    responses(
        (status = 200, body = Operations, description = "Every operation"),
        (status = "4XX", body = ErrorBody, description = "Why not"),
    ),
)]
async fn operations() -> Json<Operations> {
    let operations = ["read", "write", "delete"].map(|operation| Operation {
        name: format!("Microsoft.HardwareSecurityModules/dedicatedHSMs/{operation}"),
        display: Display {
            provider: "Strongroom",
            resource: "dedicatedHSMs",
            operation,
            description: format!("{operation} payment HSMs"),
        },
    });
    Json(Operations { value: operations.into() })
}

/// Every route but that of the document itself.
fn described() -> OpenApiRouter<Arc<Keeper>> {
    OpenApiRouter::new()
        .routes(routes!(put, get, patch, delete))
        .routes(routes!(list))
        .routes(routes!(list_group))
        .routes(routes!(outbound))
        .routes(routes!(operations))
}

/// Everything that is answered over HTTP.
pub(super) fn router(keeper: Arc<Keeper>) -> Router {
    Router::from(described())
        .route_layer(from_fn(versioned))
        .fallback(|| async { Refusal::nowhere() })
        .method_not_allowed_fallback(not_allowed)
        .layer(from_fn_with_state(Arc::clone(&keeper), admitted))
        .merge(document::route())
        .layer(DefaultBodyLimit::max(LONGEST_BODY))
        .with_state(keeper)
}

async fn not_allowed() -> Refusal {
    Refusal::not_allowed()
}

/// Lets in who has the token.
async fn admitted(State(keeper): Shared, request: Request, next: Next) -> Response {
    let given = request.headers().get(header::AUTHORIZATION).and_then(|it| it.to_str().ok());
    let token = given.and_then(|it| it.strip_prefix("Bearer "));
    if token.is_some_and(|token| keeper.token().is(token)) {
        return next.run(request).await;
    }
    ([(header::WWW_AUTHENTICATE, "Bearer")], Refusal::unknown()).into_response()
}

/// Goes on with who names a version that there is.
async fn versioned(request: Request, next: Next) -> Response {
    let version = axum::extract::Query::<Version>::try_from_uri(request.uri());
    match version {
        Ok(named) if VERSIONS.contains(&&*named.api_version) => next.run(request).await,
        _ => Refusal::version().into_response(),
    }
}
