using System.Runtime.InteropServices;

namespace Turnpike.Kernel.Sockets;

/// <summary>
/// A topic's subscriptions with an address, by the keys that they follow: a change is looked up once for each of its keys, however many
/// subscriptions there are. Guarded by the topic's lock.
/// </summary>
internal sealed class AddressIndex<TChange>
    where TChange : class, IChange
{
    // A subscription, or a list of them where several follow the same: nearly all keys have one follower.
    private readonly Dictionary<TopicKey, object> _followers = [];

    public void Add(Subscription<TChange> subscription)
    {
        foreach (var key in subscription.Address!.Keys)
        {
            ref var followers = ref CollectionsMarshal.GetValueRefOrAddDefault(_followers, key, out var isKnown);
            if (!isKnown) followers = subscription;
            else if (followers is List<Subscription<TChange>> several) several.Add(subscription);
            else followers = new List<Subscription<TChange>>(2) { (Subscription<TChange>)followers!, subscription };
        }
    }

    public void Remove(Subscription<TChange> subscription)
    {
        foreach (var key in subscription.Address!.Keys)
        {
            if (!_followers.TryGetValue(key, out var followers)) continue;
            if (followers is not List<Subscription<TChange>> several)
            {
                if (ReferenceEquals(followers, subscription)) _followers.Remove(key);
            }
            else if (several.Remove(subscription) && several.Count == 1)
            {
                _followers[key] = several[0];
            }
        }
    }

    /// <summary>The subscriptions at the head that follow something of the change, each once.</summary>
    public void Find(TChange change, List<Subscription<TChange>> found)
    {
        if (_followers.Count == 0) return;
        foreach (var key in change.Keys)
        {
            if (!_followers.TryGetValue(key, out var followers)) continue;
            if (followers is List<Subscription<TChange>> several)
            {
                foreach (var subscription in several) Find(change, subscription, found);
            }
            else
            {
                Find(change, (Subscription<TChange>)followers, found);
            }
        }
    }

    /// <summary>Whether the subscription follows something of the change.</summary>
    public bool Follows(Subscription<TChange> subscription, TChange change)
    {
        foreach (var key in change.Keys)
        {
            if (!_followers.TryGetValue(key, out var followers)) continue;
            if (ReferenceEquals(followers, subscription)) return true;
            if (followers is List<Subscription<TChange>> several && several.Contains(subscription)) return true;
        }
        return false;
    }

    private static void Find(TChange change, Subscription<TChange> subscription, List<Subscription<TChange>> found)
    {
        if (subscription.Standing != Standing.Live || subscription.FoundFor == change.Last) return;
        subscription.FoundFor = change.Last;
        found.Add(subscription);
    }
}
