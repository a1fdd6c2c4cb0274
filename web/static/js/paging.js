// Loading more of a log as one comes near its edge, or asks for it.

const NEAR = "400px 0px";

/** Calls `load` when `link` comes near or is pressed, never twice at once. Returns how to stop it. */
export function whenNear(link, load) {
  let loading = false;
  const more = async () => {
    if (loading) return;
    loading = true;
    await load().catch(() => {});
    loading = false;
    // A short page leaves the link in sight: observe anew, to be told again.
    near.unobserve(link);
    if (link.isConnected) near.observe(link);
  };
  const near = new IntersectionObserver(([{ isIntersecting }]) => isIntersecting && more(), { rootMargin: NEAR });
  link.addEventListener("click", (event) => (event.preventDefault(), more()));
  near.observe(link);
  return () => near.disconnect();
}
